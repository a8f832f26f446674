/**
 * AWS Secrets Manager. The id of a version is the caller's to choose (ClientRequestToken): it names the access key, so that no
 * moment exists in which a stored key is not named, and each earlier version goes on to name its own. The Description could
 * not do that: it is the secret's, not a version's.
 */
import { createHash } from 'node:crypto';
import type { SecretMetadata } from '../../aws/types.ts';
import { ownerTagKeys, type Owner } from '../owner.ts';
import type { CredentialStore, StoredParameter } from './store.ts';

export const secretsManager: CredentialStore = {
  service: 'SecretsManager',
  kind: 'secretsmanager-secret',
  noun: 'secret',
  // By up to five minutes; DescribeSecret does not (API reference, ListSecrets).
  listLags: true,

  async describe(names, region, aws) {
    const found = await Promise.all(names.map((name) => aws.secretsManager(region).describeSecret(name)));
    return found.filter((secret) => secret !== undefined).map(storedSecret);
  },
  tagged: async (tags, region, aws) => (await aws.secretsManager(region).listSecretsByTags(tags)).map(storedSecret),
  tagsOf: async (name, region, aws) => (await aws.secretsManager(region).describeSecret(name))?.tags,
  value: async (name, region, aws) => (await aws.secretsManager(region).getSecretValue(name))?.value,

  async earlierValue(keyId, name, region, aws) {
    const version = (await aws.secretsManager(region).listVersions(name))?.findLast((id) => keyIdOfVersion(id) === keyId);
    return version === undefined ? undefined : (await aws.secretsManager(region).getSecretValue(name, version))?.value;
  },
  async keyIdsThrough(name, region, aws) {
    const versions = (await aws.secretsManager(region).listVersions(name)) ?? [];
    return versions.map(keyIdOfVersion).filter((id) => id !== undefined);
  },

  iam: {
    // Secrets Manager adds a hyphen and six characters to the name (user guide, "Permissions policy examples", wildcards).
    arnOf: (name, { partition, account, region }) => `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`,
    readAction: 'secretsmanager:GetSecretValue',
    viaService: 'secretsmanager',
    // User guide, "Secret encryption and decryption in AWS Secrets Manager", encryption context and permissions.
    contextKey: 'SecretARN',
    contextKeys: ['SecretARN', 'SecretVersionId'],
    keyActions: ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:Decrypt'],
  },
  commands: {
    list: (region) => `aws secretsmanager list-secrets --region ${region}`,
    remove: (name, region) => `aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery --region ${region}`,
  },
};

/**
 * The id of a version that holds this access key and follows `previous`: the same put made twice has the same one, and
 * going back to an earlier key makes another version. 32 to 64 characters (API reference, PutSecretValue); an access key id has
 * 20 (IAM user guide, "Managing access keys").
 */
export function versionIdFor(keyId: string, owner: Owner, previous: string): string {
  const place = createHash('sha256').update(JSON.stringify([owner.cluster, owner.namespace, owner.name, keyId, previous])).digest('hex');
  return `${keyId}-${place.slice(0, 32)}`;
}

/** Undefined for an id that somebody else chose. */
function keyIdOfVersion(id: string): string | undefined {
  return /^(A[A-Z0-9]{15,30})-[0-9a-f]{32}$/.exec(id)?.[1];
}

/** As Secrets Manager describes it. */
export function storedSecret(secret: SecretMetadata): StoredParameter {
  const { name, arn, versions, tags, kmsKeyId, lastChanged, deleted } = secret;
  const version = Object.keys(versions).find((id) => versions[id]?.includes('AWSCURRENT')) ?? '';
  const keyId = keyIdOfVersion(version);
  const [namespace, access] = [tags[ownerTagKeys.namespace], tags[ownerTagKeys.name]];
  return {
    name,
    arn,
    type: 'secret',
    plain: false,
    version,
    text: Object.keys(versions).join(' '),
    lastModified: lastChanged,
    tags,
    ...(keyId === undefined ? {} : { keyId }),
    ...(namespace === undefined || access === undefined ? {} : { owner: `${namespace}/${access}` }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(deleted === undefined ? {} : { deleted }),
  };
}
