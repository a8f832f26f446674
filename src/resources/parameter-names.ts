/** Which parameters an access has in either layout and either store. */
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import type { ParameterPlace } from './stores/store.ts';

/** Fields of the JSON in a parameter of layout `single`, and keys of the Kubernetes Secret. The id of an API key is no variable of any client: it says which key lies there. */
export const credentialFields = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY', apiKeyId: 'BEDROCK_API_KEY_ID', apiKey: 'AWS_BEARER_TOKEN_BEDROCK' } as const;

/** `secret-access-key` comes before `access-key-id`: while only the first is there, the second can be made from its Description. */
export type ParameterRole = 'credentials' | 'secret-access-key' | 'access-key-id';

export interface AccessParameter extends ParameterPlace {
  readonly role: ParameterRole;
}

export function parametersOf(access: Access): readonly AccessParameter[] {
  const { names, credentials } = access.spec;
  const declared = keyCredentialsOf(credentials);
  if (declared === undefined) return [];
  const { layout, secretStore } = declared;
  const { service, region } = secretStore;
  if (layout === 'single') return [{ role: 'credentials', service, region, name: names.parameter }];
  return [
    { role: 'secret-access-key', service, region, name: names.secretAccessKeyParameter },
    { role: 'access-key-id', service, region, name: names.accessKeyIdParameter },
  ];
}

/** The parameter that holds the secret: it says which key is the current one. */
export function recordingParameter(access: Access): AccessParameter {
  const [first] = parametersOf(access);
  if (first === undefined) throw new TypeError('an access with a key has at least one parameter');
  return first;
}
