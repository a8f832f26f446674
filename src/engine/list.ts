import type { AccessSummary, RunContext } from './types.ts';

/** Every access that has something in this account (by owner tags of users) or this cluster (by revisions). */
export async function listAccesses(_context: RunContext, _options: { readonly allRegions?: boolean } = {}): Promise<readonly AccessSummary[]> {
  throw new Error('not built yet');
}
