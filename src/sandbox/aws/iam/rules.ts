import type { Call, Check } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields, TextRule } from '../fields.ts';
import { resourceTagContext as tagContext } from '../tag-context.ts';

/** Lengths and characters of IAM's names, from its API model and "IAM and AWS STS quotas". */
export const userName: TextRule = { min: 1, max: 64 };
export const existingUserName: TextRule = { min: 1, max: 128 };
export const roleName: TextRule = { min: 1, max: 64 };
export const policyName: TextRule = { min: 1, max: 128 };
export const groupName: TextRule = { min: 1, max: 128 };
export const arnText: TextRule = { min: 20, max: 2048 };

/** A name of `[\w+=,.@-]`; IAM has words of its own for a wrong character. */
export function readName(input: Fields, member: string, rule: TextRule): string {
  return checkCharacters(input.text(member, rule), member);
}

/** The name of a user; without it, calls about oneself mean the caller (IAM API reference, GetUser and others). */
export function readUserName(call: Call): string {
  const given = call.input.optionalText('UserName', existingUserName);
  if (given !== undefined) return checkCharacters(given, 'UserName');
  if (call.identity.kind === 'assumed-role') throw new AwsError('ValidationError', 400, 'Must specify userName when calling with non-User credentials');
  return call.identity.name;
}

function checkCharacters(name: string, member: string): string {
  if (/^[\w+=,.@-]+$/.test(name)) return name;
  const shown = member.charAt(0).toLowerCase() + member.slice(1);
  throw new AwsError('ValidationError', 400, `The specified value for ${shown} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`);
}

/** `/` by default; begins and ends with a slash. */
export function readPath(input: Fields): string {
  const path = input.optionalText('Path', { min: 1, max: 512 }) ?? '/';
  if (!/^(\/|\/[!-~]+\/)$/.test(path)) {
    throw new AwsError('ValidationError', 400, 'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.');
  }
  return path;
}

export function readPathPrefix(input: Fields): string {
  return input.optionalText('PathPrefix', { min: 1, max: 512, pattern: /\/[!-\x7f]*/ }) ?? '/';
}

/** IAM user guide, "Tags for IAM resources": at most 50, keys that differ by more than case, no `aws:`. */
export function readTags(input: Fields): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const seen = new Set<string>();
  for (const tag of input.structures('Tags', { max: 50 })) {
    const key = tag.text('Key', { min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:/=+\-@]+/u });
    const value = tag.text('Value', { max: 256, pattern: /[\p{L}\p{Z}\p{N}_.:/=+\-@]*/u });
    if (seen.has(key.toLowerCase())) throw new AwsError('InvalidInput', 400, 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    if (key.toLowerCase().startsWith('aws:')) throw new AwsError('InvalidInput', 400, 'Invalid tag key: system tags cannot be added, updated or removed by requester');
    seen.add(key.toLowerCase());
    tags.set(key, value);
  }
  return tags;
}

export function addTags(to: Map<string, string>, tags: ReadonlyMap<string, string>): void {
  for (const [key, value] of tags) {
    const existing = [...to.keys()].find((one) => one.toLowerCase() === key.toLowerCase());
    to.set(existing ?? key, value);
  }
  if (to.size > 50) {
    for (const key of tags.keys()) to.delete(key);
    throw new AwsError('LimitExceeded', 409, 'The number of tags has reached the maximum limit of 50.');
  }
}

export function tagList(tags: ReadonlyMap<string, string>): readonly Readonly<Record<string, string>>[] {
  return Array.from(tags, ([Key, Value]) => ({ Key, Value }));
}

/** IAM has a key of its own beside the one of all services. */
export function resourceTagContext(tags: ReadonlyMap<string, string> | undefined): NonNullable<Check['context']> {
  return { ...tagContext(tags), ...Object.fromEntries(Array.from(tags ?? [], ([key, value]) => [`iam:ResourceTag/${key}`, value])) };
}

/** One page, as IAM's lists answer it: `MaxItems` (100) from `Marker`. Items come sorted by their key. */
export function page<Item>(items: readonly Item[], keyOf: (item: Item) => string, input: Fields): { readonly items: readonly Item[]; readonly IsTruncated: boolean; readonly Marker?: string } {
  const limit = input.optionalNumber('MaxItems', { min: 1, max: 1000 }) ?? 100;
  const marker = input.optionalText('Marker', { min: 1 });
  const after = marker === undefined ? undefined : Buffer.from(marker, 'base64').toString('utf8');
  const sorted = [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).filter((item) => after === undefined || keyOf(item) > after);
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  if (sorted.length <= limit || last === undefined) return { items: shown, IsTruncated: false };
  return { items: shown, IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString('base64') };
}
