import { AwsCallError } from './call-error.ts';
import type { CallPlace } from './classify.ts';
import type { Tags } from './types.ts';

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
