import type { Access } from '../access/types.ts';
import { AwsCallError } from '../aws/error.ts';
import { secretValue } from '../engine/verify/gather-delivery.ts';
import type { RunContext } from '../engine/types.ts';
import { credentialFields } from '../resources/parameter-names.ts';

/** Does AWS accept the pair that the workload's Secret holds? Asked several times: another server may know less. */
export async function storedKeyWorks(access: Access, keyId: string, context: RunContext): Promise<boolean> {
  const secret = await context.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: access.metadata.namespace, name: access.spec.names.secret });
  const secretAccessKey = secret === undefined ? undefined : secretValue(secret, credentialFields.secretAccessKey);
  if (secretAccessKey === undefined) return false;
  const { sts } = context.aws.as({ accessKeyId: keyId, secretAccessKey });
  try {
    for (let count = 0; count < 5; count += 1) await sts.getCallerIdentity();
    return true;
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === 'invalid-credentials') return false;
    throw error;
  }
}
