import type { AwsCredentials } from '../aws/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Hands } from './kind.ts';
import { credentialFields, keyIdIn, type AccessParameter } from './parameter-names.ts';

/**
 * An earlier key with its secret, from the version of the parameter whose Description names it.
 * @throws AccessError `earlier-key-gone` when Parameter Store keeps no such version (it keeps the last 100)
 */
export async function earlierCredentials(keyId: string, parameters: readonly AccessParameter[], { aws }: Pick<Hands, 'aws'>): Promise<AwsCredentials> {
  const [parameter] = parameters;
  if (parameter === undefined) throw new TypeError('an access has at least one parameter');
  const { region, name, role } = parameter;
  const ssm = aws.ssm(region);
  const version = (await ssm.parameterHistory(name))?.findLast(({ description }) => keyIdIn(description) === keyId)?.version;
  const value = version === undefined ? undefined : (await ssm.getParameter(`${name}:${version}`))?.value;
  const secretAccessKey = role === 'credentials' ? value?.field(credentialFields.secretAccessKey) : value;
  if (secretAccessKey !== undefined) return { accessKeyId: keyId, secretAccessKey };
  throw new AccessError('earlier-key-gone', `no version of parameter ${name} holds access key ${keyId} any more`, {
    cause: 'The parameter was deleted and made again, or has changed a hundred times since.',
    remedy: 'There is no way back to that key; go on with `bedrock-access rotate`.',
    place: { resource: `ssm-parameter ${name}` },
  });
}
