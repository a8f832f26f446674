/**
 * The two sorts of key that an IAM user may hold and a workload be given: an access key, which signs, and a long-term Bedrock
 * API key, which is a bearer token. Of both AWS chooses the id, tells the secret once and allows two a user; what is made of
 * them (`user-key.ts`, `old-key.ts`, `key-proof.ts`, the rotation) asks only this type.
 */
import { keyCredentialsOf, type KeyCredentials } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import type { ApiKeyMetadata, Aws, BedrockRuntimeCalls } from '../aws/types.ts';
import type { Secret } from '../secret.ts';
import { credentialFields } from './parameter-names.ts';
import type { Readings } from './readings.ts';

/** A key of either sort, without its secret. */
export type UserKey = ApiKeyMetadata;

export interface KeySort {
  readonly mode: KeyCredentials['mode'];
  /** The resource kinds of the current key, and of the one that a rotation leaves. */
  readonly kind: 'access-key' | 'api-key';
  readonly oldKind: 'old-access-key' | 'old-api-key';
  readonly noun: 'access key' | 'API key';
  /** Fields of the JSON in the store and keys of the Secret: the key's id, and what is secret. */
  readonly fields: { readonly id: string; readonly secret: string };
  readonly actions: { readonly list: string; readonly create: string; readonly update: string; readonly remove: string };
  /** Was it never used, as IAM tells? Of a key that is no more IAM does not say so. Undefined where IAM tells no use. */
  readonly lastUse?: { readonly action: string; neverUsed(id: string, user: string, readings: Readings): Promise<boolean> };
  read(user: string, readings: Readings): Promise<readonly UserKey[]>;
  /** As it is at this moment. */
  list(user: string, aws: Aws): Promise<readonly UserKey[]>;
  create(user: string, ageDays: number | undefined, aws: Aws): Promise<{ readonly id: string; readonly secret: Secret }>;
  setActive(user: string, id: string, active: boolean, aws: Aws): Promise<void>;
  remove(user: string, id: string, aws: Aws): Promise<void>;
  /** Does AWS accept it? Throws an AwsCallError where it does not; undefined where that is asked by a call of a model only. */
  identify?(id: string, secret: Secret, aws: Aws): Promise<unknown>;
  runtime(id: string, secret: Secret, region: string, aws: Aws): BedrockRuntimeCalls;
  /** What a person types to switch one, or to take it away. */
  readonly commands: { setStatus(user: string, id: string, status: 'Active' | 'Inactive'): string; inspect(user: string, id: string): string };
}

const accessKeys: KeySort = {
  mode: 'accessKey',
  kind: 'access-key',
  oldKind: 'old-access-key',
  noun: 'access key',
  fields: { id: credentialFields.accessKeyId, secret: credentialFields.secretAccessKey },
  actions: { list: 'iam:ListAccessKeys', create: 'iam:CreateAccessKey', update: 'iam:UpdateAccessKey', remove: 'iam:DeleteAccessKey' },
  lastUse: {
    action: 'iam:GetAccessKeyLastUsed',
    async neverUsed(id, user, readings) {
      const use = await readings.accessKeyUse(id, user);
      return use !== undefined && use.at === undefined;
    },
  },
  read: (user, readings) => readings.accessKeys(user),
  list: async (user, aws) => (await aws.iam.listAccessKeys(user)) ?? [],
  async create(user, _ageDays, aws) {
    const { accessKeyId, secretAccessKey } = await aws.iam.createAccessKey(user);
    return { id: accessKeyId, secret: secretAccessKey };
  },
  setActive: (user, id, active, aws) => aws.iam.setAccessKeyActive(user, id, active),
  remove: (user, id, aws) => aws.iam.deleteAccessKey(user, id),
  identify: (accessKeyId, secretAccessKey, aws) => aws.as({ accessKeyId, secretAccessKey }).sts.getCallerIdentity(),
  runtime: (accessKeyId, secretAccessKey, region, aws) => aws.as({ accessKeyId, secretAccessKey }).runtime(region),
  commands: {
    setStatus: (user, id, status) => `aws iam update-access-key --user-name ${user} --access-key-id ${id} --status ${status}`,
    inspect: (_user, id) => `aws iam get-access-key-last-used --access-key-id ${id}`,
  },
};

const apiKeys: KeySort = {
  mode: 'apiKey',
  kind: 'api-key',
  oldKind: 'old-api-key',
  noun: 'API key',
  fields: { id: credentialFields.apiKeyId, secret: credentialFields.apiKey },
  actions: {
    list: 'iam:ListServiceSpecificCredentials',
    create: 'iam:CreateServiceSpecificCredential',
    update: 'iam:UpdateServiceSpecificCredential',
    remove: 'iam:DeleteServiceSpecificCredential',
  },
  read: (user, readings) => readings.apiKeys(user),
  list: async (user, aws) => (await aws.apiKeys.list(user)) ?? [],
  async create(user, ageDays, aws) {
    const { id, token } = await aws.apiKeys.create(user, ageDays);
    return { id, secret: token };
  },
  setActive: (user, id, active, aws) => aws.apiKeys.setActive(user, id, active),
  remove: (user, id, aws) => aws.apiKeys.remove(user, id),
  runtime: (_id, token, region, aws) => aws.withToken(token).runtime(region),
  commands: {
    setStatus: (user, id, status) => `aws iam update-service-specific-credential --user-name ${user} --service-specific-credential-id ${id} --status ${status}`,
    inspect: (user) => `aws iam list-service-specific-credentials --user-name ${user}`,
  },
};

export const keySorts: readonly KeySort[] = [accessKeys, apiKeys];

/** Undefined in the modes without a key. */
export function keySortOf({ spec }: Pick<Access, 'spec'>): KeySort | undefined {
  const mode = keyCredentialsOf(spec.credentials)?.mode;
  return keySorts.find((sort) => sort.mode === mode);
}

export function sortNamed(mode: KeySort['mode']): KeySort {
  return mode === 'accessKey' ? accessKeys : apiKeys;
}

/** A key that AWS ends is replaced a week before, or in the last third of its life where that is shorter; undefined without an end. */
export function replaceBy({ createdAt, expiresAt }: Pick<UserKey, 'createdAt' | 'expiresAt'>): Date | undefined {
  if (expiresAt === undefined) return undefined;
  const lives = expiresAt.getTime() - createdAt.getTime();
  return new Date(expiresAt.getTime() - Math.min(7 * 86_400_000, lives / 3));
}

/** The ids of service-specific credentials begin with ACCA (IAM user guide, "IAM identifiers", unique id prefixes). */
export function keyNoun(id: string): KeySort['noun'] {
  return id.startsWith('ACCA') ? 'API key' : 'access key';
}
