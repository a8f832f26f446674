import { isObject } from '../object.ts';

/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = mergePatched(result[field], value);
  }
  return result;
}
