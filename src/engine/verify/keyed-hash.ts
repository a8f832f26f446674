import { createHmac, randomBytes } from 'node:crypto';
import type { Pair } from '../../checks/live/facts.ts';
import { sortNamed, type KeySort } from '../../resources/key-sort.ts';
import type { Secret } from '../../secret.ts';

/**
 * Compares secrets without showing them: a fingerprint is an HMAC under a key that exists only in this run, so equal
 * values have equal fingerprints and a fingerprint tells nothing of its value, not even to somebody who can guess it.
 */
export interface KeyedHash {
  fingerprint(secret: Secret): string;
  /** The pair in a parameter of layout `single`; else why it holds none, without a word of the content. */
  pairIn(secret: Secret): Pair | { readonly problem: string };
  /** An access key id is no secret; undefined when the value is none. */
  accessKeyIdIn(secret: Secret): string | undefined;
}

/** @param fields under which the JSON of a parameter holds the key; by default those of a key pair */
export function keyedHash(fields: KeySort['fields'] = sortNamed('accessKey').fields): KeyedHash {
  const key = randomBytes(32);
  const hash = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  return {
    fingerprint: (secret) => hash(secret.reveal('compare')),
    accessKeyIdIn: (secret) => accessKeyId(secret.reveal('compare')),
    pairIn(secret) {
      const found = parse(secret.reveal('compare'));
      if (found === undefined) return { problem: 'it is not a JSON object' };
      const [id, half] = [found[fields.id], found[fields.secret]];
      if (typeof id !== 'string' || typeof half !== 'string' || half === '') return { problem: `its JSON lacks ${fields.id} or ${fields.secret}` };
      const keyId = accessKeyId(id);
      return keyId === undefined ? { problem: `${fields.id} in it is no id of a key` } : { accessKeyId: keyId, fingerprint: hash(half) };
    },
  };
}

/** IAM API reference, AccessKey and ServiceSpecificCredential: 16 to 128 word characters; the ids that IAM makes begin with AKIA and ACCA. */
function accessKeyId(text: string): string | undefined {
  return /^A[A-Z0-9]{15,127}$/.test(text) ? text : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // JSON.parse quotes what it cannot read: its message is not kept.
    return undefined;
  }
}
