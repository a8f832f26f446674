/**
 * A secret of Secrets Manager that holds the pair as JSON. The id of its current version names the key (`stores/secrets-manager.ts`).
 * It is deleted at once: the key in it goes with it, so that nothing is left to be recovered, and a recovery window would keep
 * the name from the next apply for a week at least.
 */
import { gone } from './iam-user.ts';
import { address, type ResourceKind } from './kind.ts';
import { ownerTags } from './owner.ts';
import { notAtHand, storedIn, valueOf, type DesiredParameter, type ObservedParameter } from './stored-credential.ts';
import { secretsManager, versionIdFor } from './stores/secrets-manager.ts';

const shared = storedIn(secretsManager);

export const secretsManagerSecret: ResourceKind<DesiredParameter, ObservedParameter> = {
  ...shared,

  expected: (desired, resolve, observed) => ({
    'key id': resolve(desired.keyId),
    deletion: '',
    ...(desired.kmsKeyId === undefined ? {} : { 'KMS key': observed === undefined ? desired.kmsKeyId : asSeen(desired.kmsKeyId, observed) }),
  }),
  found: ({ parameter }) => ({
    'key id': parameter.keyId ?? '',
    deletion: parameter.deleted === undefined ? '' : 'scheduled',
    'KMS key': parameter.kmsKeyId ?? '',
    version: parameter.version,
  }),

  problems(resource, observed, _owner, adopt) {
    if (observed?.parameter.deleted === undefined || observed.ownership.by === 'us' || adopt) return [];
    const { name, region } = resource.desired;
    return [
      {
        id: 'secret-being-deleted',
        severity: 'error',
        message: `the secret ${name} in ${region}, which is not of this access, is scheduled for deletion and keeps its name until then`,
        cause: 'Secrets Manager keeps a deleted secret for a recovery window of 7 to 30 days and takes no other one of that name (DeleteSecret).',
        remedy: `Wait for its end, or delete it at once if nobody needs it (aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery --region ${region}), or choose another spec.names.parameter.`,
        place: { field: 'spec.names.parameter', resource: address(resource) },
      },
    ];
  },

  async create(desired, hands) {
    const { name, region, kmsKeyId } = desired;
    const value = valueOf(desired, hands);
    if (value === undefined) throw notAtHand(desired);
    const keyId = hands.value(desired.keyId);
    const versionId = versionIdFor(keyId, hands.owner, '');
    await hands.aws.secretsManager(region).createSecret({
      name,
      value,
      versionId,
      description: `bedrock-access ${hands.owner.namespace}/${hands.owner.name}: a key for Amazon Bedrock`,
      tags: ownerTags(hands.owner),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    });
    return { name, keyId, version: versionId };
  },
  async update(desired, observed, differences, hands) {
    const { name, region, kmsKeyId } = desired;
    const secrets = hands.aws.secretsManager(region);
    // What is scheduled for deletion takes no other change (API reference, InvalidRequestException).
    if (differences.includes('deletion')) await secrets.restoreSecret(name);
    if (differences.includes('owner')) await secrets.tagSecret(name, ownerTags(hands.owner));
    if (differences.includes('KMS key') && kmsKeyId !== undefined) await secrets.setKmsKey(name, kmsKeyId);
    if (!differences.includes('key id')) return shared.outputs(observed);
    const value = valueOf(desired, hands);
    if (value === undefined) throw notAtHand(desired);
    const keyId = hands.value(desired.keyId);
    const versionId = versionIdFor(keyId, hands.owner, observed.parameter.version);
    await secrets.putSecretValue({ name, value, versionId });
    return { name, keyId, version: versionId };
  },
  async remove(observed, hands) {
    await gone(() => hands.aws.secretsManager(observed.region).deleteSecret(observed.parameter.name));
  },

  permissions: [
    'secretsmanager:DescribeSecret',
    'secretsmanager:ListSecrets',
    'secretsmanager:GetSecretValue',
    'secretsmanager:ListSecretVersionIds',
    'secretsmanager:CreateSecret',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecret',
    'secretsmanager:RestoreSecret',
    'secretsmanager:TagResource',
    'secretsmanager:DeleteSecret',
  ],
  // With the same id of a version and the same value a create and a put change nothing the second time (API reference, ClientRequestToken).
  repeatable: [
    'secretsmanager:CreateSecret',
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecret',
    'secretsmanager:RestoreSecret',
    'secretsmanager:TagResource',
    'secretsmanager:DeleteSecret',
  ],
};

/** A key may be named by id and shown by its ARN, or the other way round (API reference, DescribeSecret): where it is the same, as it is shown. */
function asSeen(kmsKeyId: string, { parameter }: ObservedParameter): string {
  const seen = parameter.kmsKeyId ?? '';
  const [, partition, , region, account] = (parameter.arn ?? '').split(':');
  const arnOf = (key: string): string => (key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${account}:${key.startsWith('alias/') ? '' : 'key/'}${key}`);
  return arnOf(seen) === arnOf(kmsKeyId) ? seen : kmsKeyId;
}
