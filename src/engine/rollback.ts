import type { AccessName, Plan, RunContext, RunEvent } from './types.ts';

/** Back to the last complete revision before; with `all`, everything is removed as by `destroyAccess`. */
export async function* rollbackAccess(_access: AccessName, _context: RunContext, _options: { readonly all?: boolean } = {}): AsyncGenerator<RunEvent> {
  throw new Error('not built yet');
}

/** What `destroy` would remove, to be shown before it asks. */
export async function planDestroy(_access: AccessName, _context: RunContext): Promise<Plan> {
  throw new Error('not built yet');
}

/** Removes everything that carries the access's owner tags or labels; needs no document. What is left is in the summary. */
export async function* destroyAccess(_access: AccessName, _context: RunContext): AsyncGenerator<RunEvent> {
  throw new Error('not built yet');
}
