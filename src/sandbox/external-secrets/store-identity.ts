/**
 * Who a store is towards AWS: static keys by `secretRef`, a service account by `jwt`, or else the operator's own credentials; then the
 * `role`, assumed with them (external-secrets v0.20.4, pkg/provider/aws/auth/auth.go).
 */
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { listAt, objectAt, textAt, valueAt, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import type { World } from '../world.ts';
import { goError } from './go-error.ts';
import { ProviderError } from './provider-error.ts';

export interface StoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Makes a token of a service account for these audiences; the Kubernetes server's TokenRequest. */
export type TokenIssuer = (namespace: string, serviceAccount: string, audiences: readonly string[]) => Promise<string>;

export interface IdentitySources {
  readonly world: World;
  readonly store: ObjectStore;
  /** The operator's own environment credentials. */
  readonly operator: StoreCredentials;
  readonly issueToken: TokenIssuer | undefined;
}

/** Gives credentials when they are asked for; an STS call each time that a role is involved. */
export type CredentialSource = () => Promise<StoreCredentials>;

/**
 * @param secretStore a SecretStore or ClusterSecretStore with an AWS provider
 * @param namespace of the ExternalSecret; a ClusterSecretStore's references without a namespace mean that one
 * @throws ProviderError at once when a Secret or service account is missing; AWS is asked only by the source
 */
export function credentialSourceOf(secretStore: StoredObject, namespace: string, sources: IdentitySources): CredentialSource {
  const provider = objectAt(secretStore, 'spec', 'provider', 'aws');
  const region = textAt(provider, 'region') ?? '';
  const base = baseCredentials(secretStore, namespace, region, sources);
  const role = textAt(provider, 'role') ?? '';
  const tags = listAt(provider, 'sessionTags').map((tag) => ({ Key: textAt(tag, 'key'), Value: textAt(tag, 'value') }));
  return async () => {
    let credentials = await base();
    for (const additional of listAt(provider, 'additionalRoles')) {
      if (typeof additional === 'string') credentials = await assumeRole(additional, region, credentials, sources, {});
    }
    if (role === '') return credentials;
    return await assumeRole(role, region, credentials, sources, {
      ...(textAt(provider, 'externalID') === undefined ? {} : { ExternalId: textAt(provider, 'externalID') }),
      ...(tags.length === 0 ? {} : { Tags: tags, TransitiveTagKeys: listAt(provider, 'transitiveTagKeys').map(String) }),
    });
  };
}

/** Do references to Secrets or service accounts lack a namespace, so that a cluster store cannot be validated by itself? */
export function isReferent(secretStore: StoredObject): boolean {
  const auth = objectAt(secretStore, 'spec', 'provider', 'aws', 'auth');
  const references = [
    valueAt(auth, 'jwt', 'serviceAccountRef'),
    ...(valueAt(auth, 'secretRef') === undefined
      ? []
      : [objectAt(auth, 'secretRef', 'accessKeyIDSecretRef'), objectAt(auth, 'secretRef', 'secretAccessKeySecretRef'), valueAt(auth, 'secretRef', 'sessionTokenSecretRef')]),
  ].filter((reference) => reference !== undefined);
  return references.some((reference) => textAt(reference, 'namespace') === undefined);
}

function baseCredentials(secretStore: StoredObject, namespace: string, region: string, sources: IdentitySources): CredentialSource {
  const auth = objectAt(secretStore, 'spec', 'provider', 'aws', 'auth');
  if (valueAt(auth, 'jwt') !== undefined) return webIdentity(secretStore, namespace, region, sources);
  if (valueAt(auth, 'secretRef') === undefined) return () => Promise.resolve(sources.operator);
  const read = (field: string, label: string): string => {
    try {
      return secretValue(objectAt(auth, 'secretRef', field), secretStore, namespace, sources.store);
    } catch (error) {
      throw new ProviderError(`could not fetch ${label} secret: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const secretAccessKey = read('secretAccessKeySecretRef', 'SecretAccessKey');
  const accessKeyId = read('accessKeyIDSecretRef', 'accessKeyID');
  const hasToken = valueAt(auth, 'secretRef', 'sessionTokenSecretRef') !== undefined;
  const credentials = { accessKeyId, secretAccessKey, ...(hasToken ? { sessionToken: read('sessionTokenSecretRef', 'SessionToken') } : {}) };
  return () => Promise.resolve(credentials);
}

/** pkg/esutils/resolvers/secret_ref.go `SecretKeyRef`. */
function secretValue(reference: object, secretStore: StoredObject, namespace: string, store: ObjectStore): string {
  const own = textAt(reference, 'namespace');
  const where = secretStore.kind === 'ClusterSecretStore' && own !== undefined ? own : namespace;
  const name = textAt(reference, 'name') ?? '';
  const key = textAt(reference, 'key') ?? '';
  const secret = store.get({ apiVersion: 'v1', kind: 'Secret', namespace: where, name });
  if (secret === undefined) throw new ProviderError(`cannot get Kubernetes secret "${name}" from namespace "${where}": secrets "${name}" not found`);
  const value = textAt(secret, 'data', key);
  if (value === undefined) throw new ProviderError(`cannot find secret data for key: "${key}"`);
  return Buffer.from(value, 'base64').toString('utf8');
}

function webIdentity(secretStore: StoredObject, namespace: string, region: string, sources: IdentitySources): CredentialSource {
  const reference = objectAt(secretStore, 'spec', 'provider', 'aws', 'auth', 'jwt', 'serviceAccountRef');
  const name = textAt(reference, 'name') ?? '';
  const own = textAt(reference, 'namespace');
  const where = secretStore.kind === 'ClusterSecretStore' && own !== undefined ? own : namespace;
  const account = sources.store.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: where, name });
  if (account === undefined) throw new ProviderError(`ServiceAccount "${name}" not found`);
  const role = account.metadata.annotations?.['eks.amazonaws.com/role-arn'];
  if (role === undefined) throw new ProviderError(`an IAM role must be associated with service account ${name} (namespace: ${where})`);
  const { issueToken } = sources;
  if (issueToken === undefined) throw new ProviderError('the sandbox issues no service account tokens');
  const audience = account.metadata.annotations?.['eks.amazonaws.com/audience'] ?? 'sts.amazonaws.com';
  return async () => {
    const token = await issueToken(where, name, [audience, ...listAt(reference, 'audiences').map(String)]);
    const client = stsClient(region, sources, sources.operator);
    try {
      const answer = await client.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: 'external-secrets-provider-aws', WebIdentityToken: token }),
      );
      return temporary(answer.Credentials);
    } catch (error) {
      throw new ProviderError(
        `failed to refresh cached credentials, failed to retrieve credentials, ${goError('STS', 'AssumeRoleWithWebIdentity', error)}`,
      );
    } finally {
      client.destroy();
    }
  };
}

async function assumeRole(role: string, region: string, credentials: StoreCredentials, sources: IdentitySources, more: object): Promise<StoreCredentials> {
  const client = stsClient(region, sources, credentials);
  try {
    // stscreds names a session by the nanosecond; the world's time makes it repeatable.
    const session = `aws-go-sdk-${sources.world.clock.time()}000000`;
    const answer = await client.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: session, DurationSeconds: 900, ...more }));
    return temporary(answer.Credentials);
  } catch (error) {
    throw new ProviderError(goError('STS', 'AssumeRole', error));
  } finally {
    client.destroy();
  }
}

function stsClient(region: string, { world }: IdentitySources, credentials: StoreCredentials): STSClient {
  return new STSClient({ region, credentials, ...(world.awsEndpoint === undefined ? {} : { endpoint: world.awsEndpoint }), maxAttempts: 3, customUserAgent: [['external-secrets', '0.20.4']] });
}

function temporary(answer: { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined } | undefined): StoreCredentials {
  if (answer?.AccessKeyId === undefined || answer.SecretAccessKey === undefined) throw new ProviderError('STS answered without credentials');
  return {
    accessKeyId: answer.AccessKeyId,
    secretAccessKey: answer.SecretAccessKey,
    ...(answer.SessionToken === undefined ? {} : { sessionToken: answer.SessionToken }),
  };
}
