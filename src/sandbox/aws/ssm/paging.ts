import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';

/** One page as SSM's lists answer it: `MaxResults` from `NextToken`, sorted by key. */
export function pageOf<Item>(items: readonly Item[], keyOf: (item: Item) => string, input: Fields, most: number): { readonly items: readonly Item[]; readonly NextToken: string | undefined } {
  const limit = input.optionalNumber('MaxResults', { min: 1, max: most }) ?? most;
  const token = input.optionalText('NextToken');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64').toString('utf8');
  if (after !== undefined && !after.startsWith('after ')) throw new AwsError('InvalidNextToken', 400, 'The specified token is not valid.');
  const sorted = [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).filter((item) => after === undefined || keyOf(item) > after.slice('after '.length));
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, NextToken: sorted.length > limit && last !== undefined ? Buffer.from(`after ${keyOf(last)}`).toString('base64') : undefined };
}
