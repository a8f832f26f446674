import type { AwsCredentials } from '../aws/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Hands } from './kind.ts';
import { credentialFields, type AccessParameter } from './parameter-names.ts';
import { storeOf } from './stores/index.ts';

/**
 * An earlier key with its secret, from the version of the parameter that names it.
 * @throws AccessError `earlier-key-gone` when the store keeps no such version (both keep the last 100)
 */
export async function earlierCredentials(keyId: string, parameters: readonly AccessParameter[], { aws }: Pick<Hands, 'aws'>): Promise<AwsCredentials> {
  const [parameter] = parameters;
  if (parameter === undefined) throw new TypeError('an access has at least one parameter');
  const { region, name, role } = parameter;
  const store = storeOf(parameter);
  const value = await store.earlierValue(keyId, name, region, aws);
  const secretAccessKey = role === 'credentials' ? value?.field(credentialFields.secretAccessKey) : value;
  if (secretAccessKey !== undefined) return { accessKeyId: keyId, secretAccessKey };
  throw new AccessError('earlier-key-gone', `no version of ${store.noun} ${name} holds access key ${keyId} any more`, {
    cause: 'It was deleted and made again, or has changed a hundred times since.',
    remedy: 'There is no way back to that key; go on with `bedrock-access rotate`.',
    place: { resource: `${store.kind} ${name}` },
  });
}
