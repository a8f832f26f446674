import { createHash } from 'node:crypto';
import type { Access } from './types.ts';

/** SHA-256, in hex, of the access as canonical JSON: keys sorted, no whitespace. Equal accesses have equal digests. */
export function accessDigest(access: Access): string {
  return createHash('sha256').update(canonical(access)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
