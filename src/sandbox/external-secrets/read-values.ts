/** Reads everything that an ExternalSecret refers to (external-secrets v0.20.4, externalsecret_controller_secret.go `GetProviderSecretData`). */
import { listAt, objectAt, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { selectorMatches } from '../kubernetes/selectors.ts';
import { externalSecretsGroup } from './crds.ts';
import type { ReadValues } from './external-secret.ts';
import { NoSecretError, ProviderError } from './provider-error.ts';
import { keysThrough, openProvider, valueOf, type Provider, type RemoteReference } from './provider.ts';
import { convertKeys, decode } from './remote-value.ts';
import type { IdentitySources } from './store-identity.ts';

export function valueReader(sources: IdentitySources): ReadValues {
  return async (externalSecret, missing) => {
    // A provider is opened once for each store that this ExternalSecret names (client_manager.go).
    const providers = new Map<string, Provider>();
    const providerOf: ProviderOf = (entry) => {
      const reference = storeReference(externalSecret, entry);
      const key = JSON.stringify([textAt(reference, 'kind'), textAt(reference, 'name')]);
      const provider = providers.get(key) ?? open(externalSecret, reference, sources);
      providers.set(key, provider);
      return provider;
    };
    try {
      return await readAll(externalSecret, providerOf, missing);
    } finally {
      for (const provider of providers.values()) provider.close();
    }
  };
}

type ProviderOf = (entry: unknown) => Provider;

async function readAll(externalSecret: StoredObject, providerOf: ProviderOf, missing: Parameters<ReadValues>[1]): Promise<Record<string, Uint8Array>> {
  const retains = (textAt(externalSecret, 'spec', 'target', 'deletionPolicy') ?? 'Retain') === 'Retain';
  const values: Record<string, Uint8Array> = {};
  for (const [index, entry] of listAt(externalSecret, 'spec', 'dataFrom').entries()) {
    try {
      Object.assign(values, await extracted(entry, providerOf));
    } catch (error) {
      if (error instanceof NoSecretError && !retains) missing(`secret does not exist at provider using spec.dataFrom[${index}]`);
      else throw inPlace(`error processing spec.dataFrom[${index}].extract, err`, error);
    }
  }
  for (const [index, entry] of listAt(externalSecret, 'spec', 'data').entries()) {
    const reference = remoteReference(objectAt(entry, 'remoteRef'));
    try {
      const value = await valueOf(reference, providerOf(entry));
      values[textAt(entry, 'secretKey') ?? ''] = decoded(textAt(entry, 'remoteRef', 'decodingStrategy') ?? '', value);
    } catch (error) {
      if (error instanceof NoSecretError && !retains) missing(`secret does not exist at provider using spec.dataFrom[${index}] (key=${reference.key})`);
      else throw inPlace(`error processing spec.data[${index}] (key: ${reference.key}), err`, error);
    }
  }
  return values;
}

async function extracted(entry: unknown, providerOf: ProviderOf): Promise<Record<string, Uint8Array>> {
  if (valueAt(entry, 'extract') === undefined || listAt(entry, 'rewrite').length > 0) {
    throw new ProviderError('the sandbox reads dataFrom by extract only, without rewrite');
  }
  const extract = objectAt(entry, 'extract');
  const keys = await keysThrough(remoteReference(extract), providerOf(entry));
  const strategy = textAt(extract, 'conversionStrategy') ?? '';
  const converted = convertKeys(strategy, keys);
  const bad = Object.keys(converted).find((key) => !/^[\p{L}\p{N}._-]{1,253}$/u.test(key));
  if (bad !== undefined) throw new ProviderError(`invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): ${bad}`);
  return Object.fromEntries(Object.entries(converted).map(([key, value]) => [key, decoded(textAt(extract, 'decodingStrategy') ?? '', value)]));
}

function decoded(strategy: string, value: string): Uint8Array {
  try {
    return decode(strategy, Buffer.from(value));
  } catch (error) {
    throw new ProviderError(`error applying decoding strategy ${strategy} to data: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function remoteReference(reference: JsonObject): RemoteReference {
  return {
    key: textAt(reference, 'key') ?? '',
    property: textAt(reference, 'property') ?? '',
    version: textAt(reference, 'version') ?? '',
    metadataPolicy: textAt(reference, 'metadataPolicy') ?? 'None',
  };
}

/** The store of one entry: its own `sourceRef.storeRef`, else the ExternalSecret's. */
function storeReference(externalSecret: StoredObject, entry: unknown): JsonObject {
  return valueAt(entry, 'sourceRef', 'storeRef') === undefined ? objectAt(externalSecret, 'spec', 'secretStoreRef') : objectAt(entry, 'sourceRef', 'storeRef');
}

function open(externalSecret: StoredObject, reference: JsonObject, sources: IdentitySources): Provider {
  const kind = textAt(reference, 'kind') ?? 'SecretStore';
  const name = textAt(reference, 'name') ?? '';
  const namespace = externalSecret.metadata.namespace ?? 'default';
  const secretStore = sources.store.get({ apiVersion: externalSecret.apiVersion, kind, namespace: kind === 'SecretStore' ? namespace : undefined, name });
  if (secretStore === undefined) throw new ProviderError(`could not get ${kind} "${name}", ${kind}.${externalSecretsGroup} "${name}" not found`);
  if (!['', 'default'].includes(textAt(secretStore, 'spec', 'controller') ?? '')) throw new ProviderError('can not reference unmanaged store');
  if (!admits(secretStore, namespace, sources)) throw new ProviderError(`using cluster store "${name}" is not allowed from namespace "${namespace}": denied by spec.condition`);
  // The flood gate, on by default: a store that is not Ready is not asked (client_manager.go `assertStoreIsUsable`).
  const ready = listAt(secretStore, 'status', 'conditions').find((condition) => textAt(condition, 'type') === 'Ready');
  if (textAt(ready, 'status') !== 'True') throw new ProviderError(`${kind} "${name}" is not ready`);
  return openProvider(secretStore, namespace, sources);
}

/** `spec.conditions` of a ClusterSecretStore: which namespaces may use it; any one of them is enough. */
function admits(secretStore: StoredObject, namespace: string, sources: IdentitySources): boolean {
  const conditions = listAt(secretStore, 'spec', 'conditions');
  if (secretStore.kind !== 'ClusterSecretStore' || conditions.length === 0) return true;
  const labels = sources.store.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })?.metadata.labels;
  return conditions.some((condition) => {
    const selected = valueAt(condition, 'namespaceSelector') !== undefined && selectorMatches(objectAt(condition, 'namespaceSelector'), labels);
    const named = listAt(condition, 'namespaces').includes(namespace);
    return selected || named || listAt(condition, 'namespaceRegexes').some((pattern) => new RegExp(String(pattern)).test(namespace));
  });
}

function inPlace(where: string, error: unknown): unknown {
  return error instanceof ProviderError || error instanceof NoSecretError ? new ProviderError(`${where}: ${error.message}`) : error;
}
