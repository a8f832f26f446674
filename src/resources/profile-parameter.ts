/**
 * The parameter that carries the ARN of an application inference profile to pods whose manifests git holds, where the program
 * makes the profile. Its Description says the ARN in the same put as the value, as a key's does. It is no secret: it is
 * encrypted with the account's own key of Parameter Store, which whoever may read the parameter may use.
 */
import { keyCredentialsOf } from '../access/credential-mode.ts';
import { Secret } from '../secret.ts';
import { applicationInferenceProfile } from './application-inference-profile.ts';
import { gone } from './iam-user.ts';
import type { Hands, Outputs, Reference, ResourceKind, Stray } from './kind.ts';
import { ours, ownershipByTags, ownerTags, type Ownership } from './owner.ts';
import { deliveredBySecret, profileParameter as nameOf } from './profile-delivery.ts';
import { ownProfile } from './profile-ids.ts';
import { storePlacesOf } from './search.ts';
import type { ParameterPlace, StoredParameter } from './stores/store.ts';

export interface DesiredProfileParameter extends ParameterPlace {
  readonly arn: Reference;
}

export interface ObservedProfileParameter {
  readonly region: string;
  readonly parameter: StoredParameter;
  readonly ownership: Ownership;
}

export const profileParameter: ResourceKind<DesiredProfileParameter, ObservedProfileParameter> = {
  kind: 'profile-parameter',
  where: 'aws',

  desired(implied) {
    const { access } = implied;
    const store = keyCredentialsOf(access.spec.credentials)?.secretStore;
    if (store === undefined || access.spec.managedBy.iam !== 'program' || !deliveredBySecret(access)) return [];
    return applicationInferenceProfile.desired(implied).map((profile) => {
      const name = nameOf(access, profile.name);
      const desired: DesiredProfileParameter = { service: store.service, region: store.region, name, arn: ownProfile(profile.key, 'arn') };
      return { kind: 'profile-parameter', key: profile.key, name, nameField: 'spec.names.profile', desired };
    });
  },
  identity: ({ desired }) => `${desired.region} ${desired.name}`,

  async observe({ desired }, readings, owner) {
    const [parameter, owned] = await Promise.all([readings.parameter(desired), readings.ownedParameters(desired, owner)]);
    if (parameter === undefined) return undefined;
    const ownership = owned.some(({ name }) => name === desired.name) ? ours : ownershipByTags((await readings.parameterTags(desired)) ?? {}, owner);
    return { region: desired.region, parameter, ownership };
  },
  laterReadings: ({ desired }, readings) => [readings.parameterTags(desired)],
  async strays(where, readings) {
    const places = (await storePlacesOf(where, readings)).filter(({ service }) => service === 'ParameterStore');
    const found = await Promise.all(
      places.map(async (place) =>
        (await readings.ownedParameters(place, where.owner))
          .filter((parameter) => carriesProfile(parameter) && !where.accounted.has(`${place.region} ${parameter.name}`))
          .map((parameter): Stray<ObservedProfileParameter> => ({ name: parameter.name, observed: { region: place.region, parameter, ownership: ours }, reason: 'not in the declaration any more' })),
      ),
    );
    return found.flat();
  },
  ownership: ({ ownership }) => ownership,

  expected: ({ arn }, resolve) => ({ profile: resolve(arn) }),
  found: ({ parameter }) => ({ profile: described.exec(parameter.text)?.[1] ?? '' }),

  foreseen: ({ name }) => ({ name }),
  outputs: ({ parameter }) => ({ name: parameter.name }),

  create: (desired, hands) => put(desired, hands, false),
  async update(desired, { parameter }, differences, hands) {
    // Tags first: PutParameter refuses Tags with Overwrite (API reference, PutParameter).
    if (differences.includes('owner')) await hands.aws.ssm(desired.region).addTags(desired.name, ownerTags(hands.owner));
    return differences.some((field) => field !== 'owner') ? put(desired, hands, true) : { name: parameter.name };
  },
  async remove({ region, parameter }, hands) {
    await gone(() => hands.aws.ssm(region).deleteParameter(parameter.name));
  },

  permissions: ['ssm:DescribeParameters', 'ssm:ListTagsForResource', 'ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
  repeatable: ['ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
};

/** Is it a parameter of this kind, as its own Description says? */
export function carriesProfile({ text }: Pick<StoredParameter, 'text'>): boolean {
  return described.test(text);
}

const described = /^bedrock-access \S+, application inference profile (arn:\S+)$/;

async function put({ region, name, arn }: DesiredProfileParameter, hands: Hands, overwrite: boolean): Promise<Outputs> {
  const value = hands.value(arn);
  const { namespace, name: access } = hands.owner;
  await hands.aws.ssm(region).putParameter({
    name,
    value: new Secret(value),
    description: `bedrock-access ${namespace}/${access}, application inference profile ${value}`,
    overwrite,
    ...(overwrite ? {} : { tags: ownerTags(hands.owner) }),
  });
  return { name };
}
