/** The operator's AWS providers: which one a store's `service` means (external-secrets v0.20.4, pkg/provider/aws/provider.go). */
import { objectAt, textAt, type StoredObject } from '../kubernetes/object.ts';
import { openParameterStore } from './parameter-store.ts';
import { ProviderError } from './provider-error.ts';
import { keysOf, propertyOf } from './remote-value.ts';
import { openSecretsManager } from './secrets-manager.ts';
import { credentialSourceOf, isReferent, type CredentialSource, type IdentitySources } from './store-identity.ts';

/** `spec.data[].remoteRef` or `spec.dataFrom[].extract`. */
export interface RemoteReference {
  readonly key: string;
  readonly property: string;
  readonly version: string;
  readonly metadataPolicy: string;
}

/** One client for one look at one ExternalSecret; the operator makes a new one each time, so a role is assumed each time. */
export interface Provider {
  /** The value without regard to its property. @throws NoSecretError, ProviderError */
  whole(reference: RemoteReference): Promise<string>;
  close(): void;
}

export interface ProviderSettings {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: CredentialSource;
  readonly prefix: string;
}

/** @throws ProviderError when the store's references cannot be resolved */
export function openProvider(secretStore: StoredObject, namespace: string, sources: IdentitySources): Provider {
  const provider = objectAt(secretStore, 'spec', 'provider', 'aws');
  const service = textAt(provider, 'service');
  const open = service === 'ParameterStore' ? openParameterStore : service === 'SecretsManager' ? openSecretsManager : undefined;
  if (open === undefined) throw new ProviderError(`the sandbox has no provider for the AWS service "${service ?? ''}"`);
  return open({
    region: textAt(provider, 'region') ?? '',
    endpoint: sources.world.awsEndpoint,
    credentials: sessionOf(secretStore, namespace, sources),
    prefix: textAt(provider, 'prefix') ?? '',
  });
}

/** @throws NoSecretError, ProviderError */
export async function valueOf(reference: RemoteReference, provider: Provider): Promise<string> {
  const whole = await provider.whole(reference);
  if (reference.property === '') return whole;
  const part = propertyOf(whole, reference.property);
  if (part === undefined) throw new ProviderError(`key ${reference.property} does not exist in secret ${reference.key}`);
  return part;
}

/** Every key of a JSON value. */
export async function keysThrough(reference: RemoteReference, provider: Provider): Promise<Readonly<Record<string, string>>> {
  const keys = keysOf(await valueOf(reference, provider));
  if (keys === undefined) throw new ProviderError(`unable to unmarshal secret ${reference.key}: invalid character`);
  return keys;
}

/** The store's own check: credentials can be had. Wrong static keys pass, since nothing is called with them. @throws ProviderError */
export async function validateStore(secretStore: StoredObject, sources: IdentitySources): Promise<void> {
  if (secretStore.kind === 'ClusterSecretStore' && isReferent(secretStore)) return;
  openProvider(secretStore, secretStore.metadata.namespace ?? '', sources).close();
  await sessionOf(secretStore, secretStore.metadata.namespace ?? '', sources)();
}

function sessionOf(secretStore: StoredObject, namespace: string, sources: IdentitySources): CredentialSource {
  try {
    return credentialSourceOf(secretStore, namespace, sources);
  } catch (error) {
    throw error instanceof ProviderError ? new ProviderError(`unable to create session: ${error.message}`) : error;
  }
}
