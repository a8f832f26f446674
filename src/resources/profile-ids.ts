/** Texts that name an application inference profile of the access's own, whose id is known only when it exists. */
import { ownProfilesIn, withProfileIds } from '../bedrock/own-profile.ts';
import type { Hands, Reference, Resolve } from './kind.ts';
import { reference } from './kind.ts';

/** To the profile that copies `source`. */
export function ownProfile(source: string, output: 'id' | 'arn' = 'id'): Reference {
  return reference('application-inference-profile', source, output);
}

/** To every profile that the texts name. */
export function ownProfiles(texts: readonly string[]): readonly Reference[] {
  return [...ownProfilesIn(texts.join('\n'))].sort().map((source) => ownProfile(source));
}

/** The text with the ids in place; undefined while one is known only after apply. */
export function resolved(text: string, resolve: Resolve): string | undefined {
  return withProfileIds(text, (source) => resolve(ownProfile(source)));
}

export function filled(text: string, hands: Pick<Hands, 'value'>): string {
  return resolved(text, (field) => hands.value(field)) ?? text;
}
