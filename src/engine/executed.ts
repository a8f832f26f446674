/** Of several plans that one run carries out, one after another: what became of them together. */
import type { Executed } from './execute.ts';

export const nothingExecuted: Executed = { done: [], failed: [], left: [], interrupted: false };

export function joined(one: Executed, other: Executed): Executed {
  return { done: [...one.done, ...other.done], failed: [...one.failed, ...other.failed], left: [...one.left, ...other.left], interrupted: one.interrupted || other.interrupted };
}

/** Can the run not go on after it? */
export function isStopped({ failed, left, interrupted }: Executed): boolean {
  return failed.length + left.length > 0 || interrupted;
}
