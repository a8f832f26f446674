/** Which parameters an access has in either layout, and how a parameter says which key it holds. */
import type { Access } from '../access/types.ts';

/** Fields of the JSON in a parameter of layout `single`, and keys of the Kubernetes Secret. The id of an API key is no variable of any client: it says which key lies there. */
export const credentialFields = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY', apiKeyId: 'BEDROCK_API_KEY_ID', apiKey: 'AWS_BEARER_TOKEN_BEDROCK' } as const;

/** `secret-access-key` comes before `access-key-id`: while only the first is there, the second can be made from its Description. */
export type ParameterRole = 'credentials' | 'secret-access-key' | 'access-key-id';

export interface AccessParameter {
  readonly role: ParameterRole;
  readonly region: string;
  readonly name: string;
}

export function parametersOf(access: Access): readonly AccessParameter[] {
  const { names, credentials } = access.spec;
  if (credentials.accessKey === undefined) return [];
  const { layout, secretStore } = credentials.accessKey;
  const { region } = secretStore;
  if (layout === 'single') return [{ role: 'credentials', region, name: names.parameter }];
  return [
    { role: 'secret-access-key', region, name: names.secretAccessKeyParameter },
    { role: 'access-key-id', region, name: names.accessKeyIdParameter },
  ];
}

/** The parameter that holds the secret: its Description says which key is the current one. */
export function recordingParameter(access: Access): AccessParameter {
  const [first] = parametersOf(access);
  if (first === undefined) throw new TypeError('an access with a key has at least one parameter');
  return first;
}

export function parameterDescription(access: { readonly namespace: string; readonly name: string }, keyId: string): string {
  return `bedrock-access ${access.namespace}/${access.name}, access key ${keyId}`;
}

/** `namespace/name` of the access in a Description of ours. */
export function ownerNamedIn(description: string | undefined): string | undefined {
  return /^bedrock-access (\S+), access key [A-Z0-9]{16,128}$/.exec(description ?? '')?.[1];
}

/** The key id in a Description of ours. */
export function keyIdIn(description: string | undefined): string | undefined {
  return /^bedrock-access \S+, access key ([A-Z0-9]{16,128})$/.exec(description ?? '')?.[1];
}
