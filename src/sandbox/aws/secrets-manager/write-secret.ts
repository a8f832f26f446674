import type { Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { requestTagContext } from '../tag-context.ts';
import { addVersion, changed, lookUp, newArn, onSecret, requestToken, secretKeyChecks, secretsOf, secretString, usableSecret, type StoredSecret } from './secrets.ts';
import { checkTagCount, readTags } from './tags.ts';

/** API reference, CreateSecret, Name. */
const nameRule = { min: 1, max: 512 };
const keyRule = { max: 2048 };
/** CreateSecret and UpdateSecret ask the key once before there is a version ("Secret encryption and decryption", permissions). */
const probe = 'RequestToValidateKeyAccess';

const createSecret: Operation = {
  action: 'secretsmanager:CreateSecret',
  checks(call) {
    const name = call.input.text('Name');
    const arn = lookUp(call, name)?.arn ?? newArn(call, name);
    const context = { 'secretsmanager:Name': name, ...requestTagContext(call.input) };
    return [
      { action: 'secretsmanager:CreateSecret', resource: arn, context },
      // API reference, CreateSecret: "If you include tags in the secret, you also need secretsmanager:TagResource."
      ...(call.input.has('Tags') ? [{ action: 'secretsmanager:TagResource', resource: arn, context }] : []),
      ...secretKeyChecks(call, ['kms:GenerateDataKey', 'kms:Decrypt'], call.input.optionalText('KmsKeyId'), arn, probe),
    ];
  },
  run(call) {
    const name = call.input.text('Name', nameRule);
    if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) throw new AwsError('ValidationException', 400, 'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!');
    const tags = readTags(call.input);
    checkTagCount(tags.size);
    const existing = secretsOf(call).get(name);
    if (existing?.deleted !== undefined) {
      throw new AwsError('InvalidRequestException', 400, "You can't create this secret because a secret with this name is already scheduled for deletion.");
    }
    const value = call.input.has('SecretString') ? secretString(call.input) : undefined;
    const id = requestToken(call.input);
    if (existing !== undefined) {
      // "If a version with this value already exists and the version SecretString and SecretBinary values are the same as those in the request, then the request is ignored."
      if (value === undefined || existing.versions.get(id)?.value !== value) {
        throw new AwsError('ResourceExistsException', 400, `The operation failed because the secret ${name} already exists.`);
      }
      return { ARN: existing.arn, Name: name, VersionId: id };
    }
    const now = call.world.clock.now();
    const secret: StoredSecret = {
      name,
      arn: newArn(call, name),
      createdAt: now,
      description: call.input.optionalText('Description', { max: 2048 }),
      keyId: own(call.input.optionalText('KmsKeyId', keyRule)),
      tags: new Map(tags),
      versions: new Map(),
      changedAt: now,
      listed: [],
    };
    if (value !== undefined) addVersion(call, secret, id, value);
    secretsOf(call).set(name, secret);
    changed(call, secret);
    return { ARN: secret.arn, Name: name, ...(value === undefined ? {} : { VersionId: id }) };
  },
};

const putSecretValue: Operation = {
  action: 'secretsmanager:PutSecretValue',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:PutSecretValue');
    const secret = lookUp(call, call.input.optionalText('SecretId') ?? '');
    return [check, ...secretKeyChecks(call, ['kms:GenerateDataKey', 'kms:Decrypt'], secret?.keyId, check.resource, call.input.optionalText('ClientRequestToken') ?? '')];
  },
  run(call) {
    const secret = usableSecret(call);
    const id = requestToken(call.input);
    const value = secretString(call.input);
    addVersion(call, secret, id, value, call.input.optionalTexts('VersionStages', { min: 1, max: 20 }));
    changed(call, secret);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: [...(secret.versions.get(id)?.stages ?? [])].sort() };
  },
};

const updateSecret: Operation = {
  action: 'secretsmanager:UpdateSecret',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:UpdateSecret');
    const secret = lookUp(call, call.input.optionalText('SecretId') ?? '');
    const keyId = call.input.optionalText('KmsKeyId');
    const before = secretKeyChecks(call, ['kms:Decrypt'], secret?.keyId, check.resource, probe);
    // "If you use a customer managed key, you must also have kms:GenerateDataKey, kms:Encrypt, and kms:Decrypt permissions on the key."
    return [check, ...before, ...secretKeyChecks(call, ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:Decrypt'], keyId ?? secret?.keyId, check.resource, probe)];
  },
  run(call) {
    const secret = usableSecret(call);
    const keyId = call.input.optionalText('KmsKeyId', keyRule);
    const description = call.input.optionalText('Description', { max: 2048 });
    if (call.input.has('SecretString')) {
      const id = requestToken(call.input);
      // "If you call this operation with a ClientRequestToken that matches an existing version's VersionId, the operation results in an error."
      if (secret.versions.has(id)) throw new AwsError('ResourceExistsException', 400, "You can't modify an existing version, you can only create a new version.");
      addVersion(call, secret, id, secretString(call.input));
    }
    if (description !== undefined) secret.description = description;
    if (keyId !== undefined) {
      secret.keyId = own(keyId);
      for (const version of secret.versions.values()) if (version.stages.size > 0) version.keyId = secret.keyId;
    }
    changed(call, secret);
    return { ARN: secret.arn, Name: secret.name };
  },
};

/** An empty text and the alias of AWS's own key both mean AWS's own key, which answers leave out. */
function own(keyId: string | undefined): string | undefined {
  return keyId === undefined || keyId === '' || keyId === 'alias/aws/secretsmanager' ? undefined : keyId;
}

export const writeOperations: Operations = { CreateSecret: createSecret, PutSecretValue: putSecretValue, UpdateSecret: updateSecret };
