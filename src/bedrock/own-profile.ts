/**
 * Application inference profiles that an access makes for itself. AWS chooses their ids, so that until one exists its id
 * is written as what it copies, `known-after-apply(us.anthropic.claude-sonnet-4-6)`, wherever an ARN names it.
 */
import { asApplicationProfile } from './resolve.ts';
import type { ResolvedModel } from './types.ts';

/** The same model, called through a profile of the access's own. */
export function throughOwnProfile(model: ResolvedModel, account: string): ResolvedModel {
  return asApplicationProfile(model, unknownId(model.profileId ?? model.modelId), account);
}

/** What a profile of the access's own copies: a system profile's id or a bare model id; undefined for a model that needs none. */
export function ownProfileSource({ applicationProfileId }: ResolvedModel): string | undefined {
  return applicationProfileId === undefined ? undefined : [...ownProfilesIn(applicationProfileId)][0];
}

/** The sources of all profiles that a text names. */
export function ownProfilesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(unknownIds)].map(([, source = '']) => source));
}

/** The text with the ids in place; undefined while one of them is not known. */
export function withProfileIds(text: string, idOf: (source: string) => string | undefined): string | undefined {
  let known = true;
  const filled = text.replaceAll(unknownIds, (written, source: string) => {
    const id = idOf(source);
    known &&= id !== undefined;
    return id ?? written;
  });
  return known ? filled : undefined;
}

function unknownId(source: string): string {
  return `known-after-apply(${source})`;
}

const unknownIds = /known-after-apply\(([^()]+)\)/g;
