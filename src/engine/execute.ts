import type { Footprint, Observation, Plan, RunContext, RunEvent } from './types.ts';

/** Carries out a plan: independent steps side by side, dependents of a failed step not at all. */
export async function* execute(_plan: Plan, _footprint: Footprint, _observation: Observation, _context: RunContext): AsyncGenerator<RunEvent> {
  throw new Error('not built yet');
}
