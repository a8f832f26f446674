/** A SecureString in Parameter Store. Its Description takes the key's id in the same put as the value. */
import { gone } from './iam-user.ts';
import type { Hands, ResourceKind } from './kind.ts';
import { ownerTags } from './owner.ts';
import { notAtHand, storedIn, valueOf, type DesiredParameter, type ObservedParameter } from './stored-credential.ts';
import { parameterDescription, parameterStore } from './stores/parameter-store.ts';
import type { Secret } from '../secret.ts';

const shared = storedIn(parameterStore);

export const ssmParameter: ResourceKind<DesiredParameter, ObservedParameter> = {
  ...shared,

  expected: (desired, resolve) => ({
    type: 'SecureString',
    'key id': resolve(desired.keyId),
    ...(desired.kmsKeyId === undefined ? {} : { 'KMS key': desired.kmsKeyId }),
  }),
  found: ({ parameter }) => ({
    type: parameter.type,
    'key id': parameter.keyId ?? '',
    'KMS key': parameter.kmsKeyId ?? '',
    version: parameter.version,
  }),

  async create(desired, hands) {
    const value = valueOf(desired, hands);
    if (value === undefined) throw notAtHand(desired);
    return put(desired, value, hands, false);
  },
  async update(desired, observed, differences, hands) {
    const ssm = hands.aws.ssm(desired.region);
    // Tags first: PutParameter refuses Tags with Overwrite (API reference, PutParameter).
    if (differences.includes('owner')) await ssm.addTags(desired.name, ownerTags(hands.owner));
    if (!differences.some((field) => field !== 'owner')) return shared.outputs(observed);
    // Only the key of encryption changes: the value stays, and is put again as it is.
    const value = valueOf(desired, hands) ?? (await ssm.getParameter(desired.name))?.value;
    if (value === undefined) throw notAtHand(desired);
    return put(desired, value, hands, true);
  },
  async remove(observed, hands) {
    await gone(() => hands.aws.ssm(observed.region).deleteParameter(observed.parameter.name));
  },

  permissions: ['ssm:DescribeParameters', 'ssm:ListTagsForResource', 'ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
  // A put of the same value again makes a version more, which does no harm.
  repeatable: ['ssm:PutParameter', 'ssm:AddTagsToResource', 'ssm:DeleteParameter'],
};

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
