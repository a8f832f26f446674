/**
 * The mark `bedrock-access/keys` on the user: a time, then the ids of the keys that existed then, written before a key is
 * made. Of API keys it says so, since one that is lost would show by nothing else of which sort the user's keys are.
 */
import type { IamUser } from '../aws/types.ts';
import type { KeySort } from './key-sort.ts';
import { markKeys } from './owner.ts';

const apiKeysWord = 'api-keys';

export function keysMark(mode: KeySort['mode'], at: Date, ids: readonly string[]): { readonly [markKeys.keys]: string } {
  return { [markKeys.keys]: [at.toISOString(), ...(mode === 'apiKey' ? [apiKeysWord] : []), ...ids].join(' ') };
}

/** Undefined without a mark that can be read. */
export function readKeysMark({ tags }: Pick<IamUser, 'tags'>): { readonly mode: KeySort['mode']; readonly at: Date; readonly ids: readonly string[] } | undefined {
  const [time, ...words] = (tags[markKeys.keys] ?? '').split(' ');
  const at = new Date(time ?? '');
  if (Number.isNaN(at.getTime())) return undefined;
  return { mode: words.includes(apiKeysWord) ? 'apiKey' : 'accessKey', at, ids: words.filter((word) => word !== apiKeysWord) };
}
