import type { Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { readOperations } from './read-secret.ts';
import { changed, findSecret, lookUp, onSecret, secretId, secretsOf } from './secrets.ts';
import { tagOperations } from './tags.ts';
import { writeOperations } from './write-secret.ts';

const day = 86_400_000;

/** With a recovery window its name stays taken; without one it is gone at once, where AWS takes "a short delay". */
const deleteSecret: Operation = {
  action: 'secretsmanager:DeleteSecret',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:DeleteSecret');
    return [{ ...check, context: { ...check.context, 'secretsmanager:ForceDeleteWithoutRecovery': String(call.input.flag('ForceDeleteWithoutRecovery')) } }];
  },
  run(call) {
    const force = call.input.flag('ForceDeleteWithoutRecovery');
    const window = call.input.optionalNumber('RecoveryWindowInDays', { min: 7, max: 30 });
    if (force && window !== undefined) throw new AwsError('InvalidParameterException', 400, "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    const now = call.world.clock.now();
    if (force) {
      // "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException."
      const secret = lookUp(call, secretId(call));
      if (secret !== undefined) secretsOf(call).delete(secret.name);
      return { ARN: secret?.arn ?? onSecret(call, '').resource, Name: secret?.name ?? secretId(call), DeletionDate: now };
    }
    const secret = findSecret(call);
    if (secret.deleted !== undefined) throw new AwsError('InvalidRequestException', 400, "You can't perform this operation on the secret because it was already marked for deletion.");
    const purgeAt = new Date(now.getTime() + (window ?? 30) * day);
    secret.deleted = { at: now, purgeAt };
    changed(call, secret);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: purgeAt };
  },
};

const restoreSecret: Operation = {
  action: 'secretsmanager:RestoreSecret',
  checks: (call) => [onSecret(call, 'secretsmanager:RestoreSecret')],
  run(call) {
    const secret = findSecret(call);
    delete secret.deleted;
    changed(call, secret);
    return { ARN: secret.arn, Name: secret.name };
  },
};

/** AWS Secrets Manager; each region has its own secrets. */
export const secretsManagerOperations: Operations = {
  ...writeOperations,
  ...readOperations,
  DeleteSecret: deleteSecret,
  RestoreSecret: restoreSecret,
  ...tagOperations,
};
