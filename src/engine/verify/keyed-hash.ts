import { createHmac, randomBytes } from 'node:crypto';
import type { Pair } from '../../checks/live/facts.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
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

export function keyedHash(): KeyedHash {
  const key = randomBytes(32);
  const hash = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  return {
    fingerprint: (secret) => hash(secret.reveal('compare')),
    accessKeyIdIn: (secret) => accessKeyId(secret.reveal('compare')),
    pairIn(secret) {
      const fields = parse(secret.reveal('compare'));
      if (fields === undefined) return { problem: 'it is not a JSON object' };
      const [id, half] = [fields[credentialFields.accessKeyId], fields[credentialFields.secretAccessKey]];
      if (typeof id !== 'string' || typeof half !== 'string' || half === '') return { problem: `its JSON lacks ${credentialFields.accessKeyId} or ${credentialFields.secretAccessKey}` };
      const keyId = accessKeyId(id);
      return keyId === undefined ? { problem: `${credentialFields.accessKeyId} in it is no access key id` } : { accessKeyId: keyId, fingerprint: hash(half) };
    },
  };
}

/** IAM API reference, AccessKey: 16 to 128 word characters; keys that IAM makes begin with AKIA. */
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
