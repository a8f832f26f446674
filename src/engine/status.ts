import type { AccessName, AccessStatus, RunContext } from './types.ts';

/** What there is of one access, from its latest revision and a fresh look. Throws `access-not-found`. */
export async function accessStatus(_access: AccessName, _context: RunContext): Promise<AccessStatus> {
  throw new Error('not built yet');
}
