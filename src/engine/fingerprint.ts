import { createHash } from 'node:crypto';
import { canonicalJson } from '../resources/json.ts';
import type { State } from '../resources/kind.ts';

/** Digest of what is there (`undefined`: nothing), so that a plan file can tell whether it is still so. */
export function fingerprint(state: State | undefined): string {
  return createHash('sha256').update(state === undefined ? 'absent' : canonicalJson(withoutEmpty(state))).digest('hex').slice(0, 32);
}

/** An empty line and no line mean the same. */
function withoutEmpty(state: State): State {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
}
