import { Secret } from '../secret.ts';
import { AwsCallError } from './call-error.ts';
import type { CallPlace } from './classify.ts';
import type { AwsCredentials, Tags } from './types.ts';

/** A field that the service's model says is always there. Its absence means that the answer is not AWS's. */
export function present<T>(value: T | undefined | null, field: string, place: CallPlace): T {
  if (value === undefined || value === null) {
    throw new AwsCallError(`${place.action} in ${place.region}: the answer lacks ${field}`, { ...place, kind: 'other', code: 'IncompleteAnswer', uncertain: true });
  }
  return value;
}

/** `undefined` in place of a not-found error: what does not exist is an answer of a read, not a failure. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

interface TagEntry {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export function tagsOf(entries: readonly TagEntry[] | undefined): Tags {
  const tags: Record<string, string> = {};
  for (const { Key, Value } of entries ?? []) if (Key !== undefined) tags[Key] = Value ?? '';
  return tags;
}

export function tagEntries(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A field of an answer whose shape no SDK vouches for. */
export function fieldIn(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

/** A text that is there and not empty. */
export function textIn(value: unknown, field: string): string | undefined {
  const found = fieldIn(value, field);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Credentials of a role, as the REST-JSON services write them. */
export function credentialsIn(value: unknown, place: CallPlace): AwsCredentials {
  const made = fieldIn(value, 'credentials');
  return {
    accessKeyId: present(textIn(made, 'accessKeyId'), 'accessKeyId', place),
    secretAccessKey: new Secret(present(textIn(made, 'secretAccessKey'), 'secretAccessKey', place)),
    sessionToken: new Secret(present(textIn(made, 'sessionToken'), 'sessionToken', place)),
  };
}
