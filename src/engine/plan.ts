import type { Footprint, Observation, Plan, PlanOptions } from './types.ts';

/** The ordered differences between footprint and observation; pure. */
export function plan(_footprint: Footprint, _observation: Observation, _now: Date, _options: PlanOptions = {}): Plan {
  throw new Error('not built yet');
}
