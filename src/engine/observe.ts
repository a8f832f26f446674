import type { Footprint, Observation, RunContext } from './types.ts';

/** Looks at everything that the footprint names and at what is ours beyond it; only reads. */
export async function observe(_footprint: Footprint, _context: RunContext): Promise<Observation> {
  throw new Error('not built yet');
}
