/**
 * What the kinds of both stores have in common: the pair as JSON (layout `single`, atomic), or one of its halves (layout
 * `pair`). What lies in a store names the key in the same call that writes its value, so that no moment exists in which a
 * stored key is not named.
 */
import { AwsCallError } from '../aws/error.ts';
import { Secret } from '../secret.ts';
import type { Field, Hands, Reference, Resource, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ours, ownershipByTags, type Ownership } from './owner.ts';
import { currentKey } from './user-key.ts';
import { keySortOf, sortNamed, type KeySort } from './key-sort.ts';
import { parametersOf, type AccessParameter, type ParameterRole } from './parameter-names.ts';
import { carriesProfile } from './profile-parameter.ts';
import { storePlacesOf } from './search.ts';
import type { CredentialStore, StoredParameter } from './stores/store.ts';

export interface DesiredParameter extends AccessParameter {
  readonly keyId: Field;
  readonly secret: Reference;
  readonly mode: KeySort['mode'];
  /** As the declaration names it. */
  readonly kmsKeyId?: string;
}

export interface ObservedParameter {
  readonly region: string;
  readonly parameter: StoredParameter;
  readonly ownership: Ownership;
}

type Shared = Pick<
  ResourceKind<DesiredParameter, ObservedParameter>,
  'kind' | 'where' | 'desired' | 'identity' | 'observe' | 'laterReadings' | 'strays' | 'ownership' | 'foreseen' | 'settle' | 'patience' | 'afterSettled'
> & { outputs(observed: ObservedParameter): Readonly<Record<string, string>> };

export function storedIn({ service, kind }: CredentialStore): Shared {
  return {
    kind,
    where: 'aws',

    desired({ access }) {
      const kmsKeyId = access.spec.parameterKmsKeyId;
      const sort = keySortOf(access);
      if (sort === undefined) return [];
      const key = currentKey(sort);
      return parametersOf(access)
        .filter((parameter) => parameter.service === service)
        .map(
          (parameter): Resource<DesiredParameter> => ({
            kind,
            key: parameter.role,
            name: parameter.name,
            nameField: nameFields[parameter.role],
            desired: {
              ...parameter,
              keyId: parameter.role === 'access-key-id' ? reference(kind, 'secret-access-key', 'keyId') : key.id,
              secret: key.secret,
              mode: sort.mode,
              ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
            },
          }),
        );
    },
    identity: ({ desired }) => `${desired.region} ${desired.name}`,

    async observe({ desired }, readings, owner) {
      const [parameter, owned] = await Promise.all([readings.parameter(desired), readings.ownedParameters(desired, owner)]);
      if (parameter === undefined) return undefined;
      if (parameter.tags === undefined && owned.some((own) => own.name === desired.name)) return { region: desired.region, parameter, ownership: ours };
      // Where the store shows no tags they are asked for, only for a name that is taken, to say whose it is.
      return { region: desired.region, parameter, ownership: ownershipByTags(parameter.tags ?? (await readings.parameterTags(desired)) ?? {}, owner) };
    },
    laterReadings: ({ desired }, readings) => [readings.parameterTags(desired)],
    async strays(where, readings) {
      const places = (await storePlacesOf(where, readings)).filter((place) => place.service === service);
      const found = await Promise.all(
        places.map(async (place) =>
          (await readings.ownedParameters(place, where.owner))
            .filter((parameter) => !carriesProfile(parameter) && !where.accounted.has(`${place.region} ${parameter.name}`))
            .map((parameter): Stray<ObservedParameter> => ({ name: parameter.name, observed: { region: place.region, parameter, ownership: ours }, reason: 'not in the declaration any more' })),
        ),
      );
      return found.flat();
    },
    ownership: (observed) => observed.ownership,

    foreseen: (desired) => ({ name: desired.name }),
    outputs({ parameter }) {
      const { name, version, keyId } = parameter;
      return { name, version, ...(keyId === undefined ? {} : { keyId }) };
    },

    /**
     * The proof of a new key: it is asked who it is until AWS knows it. Only once it is stored, since a key that was used
     * and is stored nowhere could not be told from somebody else's.
     */
    async settle(desired, hands) {
      const secret = hands.secret(desired.secret);
      if (secret === undefined || desired.role === 'access-key-id') return undefined;
      const id = hands.value(desired.keyId);
      const sort = sortNamed(desired.mode);
      try {
        // An API key can only be tried by a call of a model, whose policy may not be attached yet: verify does that.
        await sort.identify?.(id, secret, hands.aws);
        return undefined;
      } catch (error) {
        // IAM is eventually consistent (IAM user guide, "Changes that I make are not always immediately visible").
        if (error instanceof AwsCallError && error.kind === 'invalid-credentials') return `AWS to know the new ${sort.noun} ${id}`;
        throw error;
      }
    },
    patience: {
      seconds: 120,
      id: 'access-key-not-accepted',
      cause: 'IAM is eventually consistent; a new key is usually known within seconds.',
      remedy: 'Run the same command again; the key is stored already. If it stays so, look at https://health.aws.amazon.com.',
    },

    // A key that is proven first is stored only then.
    afterSettled: true,
  };
}

const nameFields: Readonly<Record<ParameterRole, string>> = {
  credentials: 'spec.names.parameter',
  'access-key-id': 'spec.names.accessKeyIdParameter',
  'secret-access-key': 'spec.names.secretAccessKeyParameter',
};

/** What is to be stored; undefined when the secret was made by an earlier run, and so is in no one's hands. */
export function valueOf(desired: DesiredParameter, hands: Hands): Secret | undefined {
  const keyId = hands.value(desired.keyId);
  if (desired.role === 'access-key-id') return new Secret(keyId);
  const secret = hands.secret(desired.secret);
  if (secret === undefined || desired.role === 'secret-access-key') return secret;
  const { fields } = sortNamed(desired.mode);
  return Secret.json({ [fields.id]: keyId, [fields.secret]: secret });
}

export function notAtHand({ name }: DesiredParameter): TypeError {
  return new TypeError(`the secret for parameter ${name} is not at hand`);
}
