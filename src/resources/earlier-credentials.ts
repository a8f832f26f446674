import type { Secret } from '../secret.ts';
import { AccessError } from '../errors/error.ts';
import type { Hands } from './kind.ts';
import type { KeySort } from './key-sort.ts';
import type { AccessParameter } from './parameter-names.ts';
import { storeOf } from './stores/index.ts';

/**
 * The secret of an earlier key, from the version of the parameter that names it.
 * @throws AccessError `earlier-key-gone` when the store keeps no such version (both keep the last 100)
 */
export async function earlierSecret(keyId: string, { noun, fields }: KeySort, parameters: readonly AccessParameter[], { aws }: Pick<Hands, 'aws'>): Promise<Secret> {
  const [parameter] = parameters;
  if (parameter === undefined) throw new TypeError('an access has at least one parameter');
  const { region, name, role } = parameter;
  const store = storeOf(parameter);
  const value = await store.earlierValue(keyId, name, region, aws);
  const secret = role === 'credentials' ? value?.field(fields.secret) : value;
  if (secret !== undefined) return secret;
  throw new AccessError('earlier-key-gone', `no version of ${store.noun} ${name} holds ${noun} ${keyId} any more`, {
    cause: 'It was deleted and made again, or has changed a hundred times since.',
    remedy: 'There is no way back to that key; go on with `bedrock-access rotate`.',
    place: { resource: `${store.kind} ${name}` },
  });
}
