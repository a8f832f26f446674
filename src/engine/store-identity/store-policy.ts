import { keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { storeStatements } from '../../checks/live/store-readers.ts';
import type { PolicyDocument } from '../../policy/types.ts';
import { parametersOf } from '../../resources/parameter-names.ts';
import { profileParameters } from '../../resources/profile-delivery.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { keyArnOf } from './key-arn.ts';

/**
 * The least that the identity of the access's store needs: reading the parameters, and decrypting them under their own
 * encryption context where the key is the customer's. Undefined where no store is read.
 */
export function storePolicy(access: Access): PolicyDocument | undefined {
  const store = keyCredentialsOf(access.spec.credentials)?.secretStore;
  if (store === undefined) return undefined;
  const { account, parameterKmsKeyId } = access.spec;
  const { region, service } = store;
  const partition = partitionOf(access.spec.region) ?? 'aws';
  const profiles = profileParameters(access);
  return {
    Version: '2012-10-17',
    Statement: storeStatements({
      region,
      service,
      parameterArns: [...parametersOf(access).map(({ name }) => name), ...(profiles === undefined ? [] : [profiles])].map((name) => storeOf(store).iam.arnOf(name, { partition, region, account })),
      ...(parameterKmsKeyId === undefined ? {} : { kmsKey: keyArnOf(parameterKmsKeyId, { partition, region, account }) }),
    }),
  };
}
