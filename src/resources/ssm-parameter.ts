/**
 * A SecureString in Parameter Store: the pair as JSON (layout `single`, atomic), or one of its halves (layout `pair`).
 * The Description takes the key's id in the same put, so that no moment exists in which a stored key is not named.
 */
import { AwsCallError } from '../aws/error.ts';
import type { ParameterMetadata } from '../aws/types.ts';
import { Secret } from '../secret.ts';
import { gone } from './iam-user.ts';
import type { Field, Hands, Reference, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ours, ownerTags, ownershipByTags, type Ownership } from './owner.ts';
import { credentialFields, keyIdIn, parameterDescription, parametersOf, type ParameterRole } from './parameter-names.ts';
import { storeRegionsOf } from './search.ts';

export interface DesiredParameter {
  readonly role: ParameterRole;
  readonly region: string;
  readonly name: string;
  readonly keyId: Field;
  readonly secretAccessKey: Reference;
  readonly kmsKeyId?: string;
}

export interface ObservedParameter {
  readonly region: string;
  readonly parameter: ParameterMetadata;
  readonly ownership: Ownership;
}

export const ssmParameter: ResourceKind<DesiredParameter, ObservedParameter> = {
  kind: 'ssm-parameter',
  where: 'aws',

  desired({ access }) {
    const kmsKeyId = access.spec.parameterKmsKeyId;
    return parametersOf(access).map(({ role, region, name }) => ({
      kind: 'ssm-parameter',
      key: role,
      name,
      desired: {
        role,
        region,
        name,
        keyId: role === 'access-key-id' ? reference('ssm-parameter', 'secret-access-key', 'keyId') : reference('access-key', 'key', 'id'),
        secretAccessKey: reference('access-key', 'key', 'secretAccessKey'),
        ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      },
    }));
  },
  identity: ({ desired }) => `${desired.region} ${desired.name}`,

  async observe({ desired }, readings, owner) {
    const { region, name } = desired;
    const [parameter, owned] = await Promise.all([readings.parameter(region, name), readings.ownedParameters(region, owner)]);
    if (parameter === undefined) return undefined;
    if (owned.some((own) => own.name === name)) return { region, parameter, ownership: ours };
    // DescribeParameters tells no tags: only for a name that is taken they are asked for, to say whose it is.
    return { region, parameter, ownership: ownershipByTags((await readings.parameterTags(region, name)) ?? {}, owner) };
  },
  laterReadings: ({ desired: { region, name } }, readings) => [readings.parameterTags(region, name)],
  async strays(where, readings) {
    const found = await Promise.all(
      (await storeRegionsOf(where, readings)).map(async (region) =>
        (await readings.ownedParameters(region, where.owner))
          .filter((parameter) => !where.accounted.has(`${region} ${parameter.name}`))
          .map((parameter): Stray<ObservedParameter> => ({ name: parameter.name, observed: { region, parameter, ownership: ours }, reason: 'not in the declaration any more' })),
      ),
    );
    return found.flat();
  },
  ownership: (observed) => observed.ownership,

  expected: (desired, resolve) => ({
    type: 'SecureString',
    'key id': resolve(desired.keyId),
    ...(desired.kmsKeyId === undefined ? {} : { 'KMS key': desired.kmsKeyId }),
  }),
  found: ({ parameter }) => ({
    type: parameter.type,
    'key id': keyIdIn(parameter.description) ?? '',
    'KMS key': parameter.kmsKeyId ?? '',
    version: String(parameter.version),
  }),

  foreseen: (desired) => ({ name: desired.name }),
  outputs({ parameter }): Readonly<Record<string, string>> {
    const keyId = keyIdIn(parameter.description);
    return { name: parameter.name, version: String(parameter.version), ...(keyId === undefined ? {} : { keyId }) };
  },

  async create(desired, hands) {
    const value = valueOf(desired, hands);
    if (value === undefined) throw new TypeError(`the secret for parameter ${desired.name} is not at hand`);
    return put(desired, value, hands, false);
  },
  async update(desired, observed, differences, hands) {
    const ssm = hands.aws.ssm(desired.region);
    // Tags first: PutParameter refuses Tags with Overwrite (API reference, PutParameter).
    if (differences.includes('owner')) await ssm.addTags(desired.name, ownerTags(hands.owner));
    if (!differences.some((field) => field !== 'owner')) return ssmParameter.outputs(observed);
    // Only the key of encryption changes: the value stays, and is put again as it is.
    const value = valueOf(desired, hands) ?? (await ssm.getParameter(desired.name))?.value;
    if (value === undefined) throw new TypeError(`the secret for parameter ${desired.name} is not at hand`);
    return put(desired, value, hands, true);
  },
  async remove(observed, hands) {
    await gone(() => hands.aws.ssm(observed.region).deleteParameter(observed.parameter.name));
  },

  /**
   * The proof of a new key: it is asked who it is until AWS knows it. Only once it is stored, since a key that was used
   * and is stored nowhere could not be told from somebody else's.
   */
  async settle(desired, hands) {
    const secretAccessKey = hands.secret(desired.secretAccessKey);
    if (secretAccessKey === undefined || desired.role === 'access-key-id') return undefined;
    const accessKeyId = hands.value(desired.keyId);
    try {
      await hands.aws.as({ accessKeyId, secretAccessKey }).sts.getCallerIdentity();
      return undefined;
    } catch (error) {
      // IAM is eventually consistent (IAM user guide, "Changes that I make are not always immediately visible").
      if (error instanceof AwsCallError && error.kind === 'invalid-credentials') return `AWS to know the new access key ${accessKeyId}`;
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

  permissions: ['ssm:DescribeParameters', 'ssm:ListTagsForResource', 'ssm:GetParameter', 'ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
  // A put of the same value again makes a version more, which does no harm.
  repeatable: ['ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
};

/** Undefined when the secret was made by an earlier run, and so is in no one's hands. */
function valueOf(desired: DesiredParameter, hands: Hands): Secret | undefined {
  const keyId = hands.value(desired.keyId);
  if (desired.role === 'access-key-id') return new Secret(keyId);
  const secretAccessKey = hands.secret(desired.secretAccessKey);
  if (secretAccessKey === undefined || desired.role === 'secret-access-key') return secretAccessKey;
  return Secret.json({ [credentialFields.accessKeyId]: keyId, [credentialFields.secretAccessKey]: secretAccessKey });
}

async function put(desired: DesiredParameter, value: Secret, hands: Hands, overwrite: boolean): Promise<Readonly<Record<string, string>>> {
  const keyId = hands.value(desired.keyId);
  const version = await hands.aws.ssm(desired.region).putParameter({
    name: desired.name,
    value,
    description: parameterDescription(hands.owner, keyId),
    overwrite,
    ...(overwrite ? {} : { tags: ownerTags(hands.owner) }),
    ...(desired.kmsKeyId === undefined ? {} : { kmsKeyId: desired.kmsKeyId }),
  });
  return { name: desired.name, keyId, version: String(version) };
}
