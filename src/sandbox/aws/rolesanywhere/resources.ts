/** What trust anchors and profiles have in common: ARNs, tags, pages (IAM Roles Anywhere API reference, 2018-05-10). */
import type { Call } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields, TextRule } from '../fields.ts';
import { requestId } from '../ids.ts';

/** `ResourceName` of the API model. */
export const resourceName: TextRule = { min: 1, max: 255, pattern: /[ a-zA-Z0-9-_]*/ };

export function newArn(call: Call, type: 'trust-anchor' | 'profile'): { readonly id: string; readonly arn: string; readonly region: string } {
  const id = requestId(call.state.iam.random);
  return { id, region: call.region, arn: arnOf(call, type, id) };
}

export function arnOf(call: Call, type: 'trust-anchor' | 'profile', id: string): string {
  return `arn:aws:rolesanywhere:${call.region}:${call.world.account}:${type}/${id}`;
}

export function readTags(input: Fields): Map<string, string> {
  const pattern = /[ a-zA-Z0-9_.:/=+@-]*/;
  return new Map(input.structures('tags', { max: 200 }).map((tag) => [tag.text('key', { min: 1, max: 128, pattern }), tag.text('value', { max: 256, pattern })]));
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, `${what} not found.`);
}

/** `pageSize` at a time; the token is the ARN of the last of the page before. */
export function pageOf<Held extends { readonly arn: string; readonly region: string }>(call: Call, held: Iterable<Held>): { readonly shown: readonly Held[]; readonly nextToken?: string } {
  const here = [...held].filter(({ region }) => region === call.region);
  const limit = call.input.optionalNumber('pageSize', { min: 1 }) ?? 50;
  const token = call.input.optionalText('nextToken', { min: 1, max: 10_000 });
  const start = token === undefined ? 0 : here.findIndex(({ arn }) => arn === Buffer.from(token, 'base64').toString('utf8')) + 1;
  const shown = here.slice(start, start + limit);
  const last = shown.at(-1);
  return { shown, ...(start + limit < here.length && last !== undefined ? { nextToken: Buffer.from(last.arn).toString('base64') } : {}) };
}
