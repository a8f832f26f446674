import type { Access } from '../access/types.ts';
import type { ApplyOptions, Footprint, Observation, Plan, PlanFile, RunContext, RunEvent } from './types.ts';

/** What `apply` would do; only reads. Throws an `AccessError` where it cannot even be planned (wrong account, no credentials). */
export async function planAccess(_access: Access, _context: RunContext): Promise<{ readonly footprint: Footprint; readonly observation: Observation; readonly plan: Plan }> {
  throw new Error('not built yet');
}

/** Makes the world as the access says: Lease, observe, plan, revision, steps, waits. Ends with a `summary` event. Throws before the first write when the plan holds an error. */
export async function* applyAccess(_access: Access, _context: RunContext, _options: ApplyOptions = {}): AsyncGenerator<RunEvent> {
  throw new Error('not built yet');
}

/** Carries out exactly what a plan file says, or refuses it (`plan-stale`) before the first write. */
export async function* applyPlanFile(_file: PlanFile, _context: RunContext, _options: ApplyOptions = {}): AsyncGenerator<RunEvent> {
  throw new Error('not built yet');
}
