import type { ExternalSecretFact, StoreFact } from '../../checks/facts.ts';
import type { Place } from '../../finding.ts';
import { isRecord } from '../manifests/parse.ts';
import type { ManifestDocument } from '../manifests/types.ts';
import { at, list, text } from './workload-facts.ts';

/** What the operator fills in; Argo CD shows a difference for each that git leaves out (external-secrets#1184, facts of boxp/lolice). */
const remoteDefaults = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' } as const;
const targetDefaults = { creationPolicy: 'Owner', deletionPolicy: 'Retain' } as const;

export function externalSecretFact(document: ManifestDocument): ExternalSecretFact | undefined {
  const { object } = document;
  if (object.kind !== 'ExternalSecret' || !object.apiVersion.startsWith('external-secrets.io/')) return undefined;
  const spec = object.value['spec'];
  const target = at(spec, ['target']);
  const data = list(at(spec, ['data']));
  const template = at(target, ['template', 'data']);
  const storePlace = document.placeOf(['spec', 'secretStoreRef', 'name']);
  return {
    apiVersion: { text: object.apiVersion, known: true, place: document.placeOf(['apiVersion']) },
    name: object.name,
    ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    store: { kind: text(at(spec, ['secretStoreRef', 'kind'])) || 'SecretStore', name: text(at(spec, ['secretStoreRef', 'name'])), place: storePlace },
    target: text(at(target, ['name'])) || object.name,
    keys: data.flatMap((entry, index) => {
      const property = at(entry, ['remoteRef', 'property']);
      return [{ secretKey: text(at(entry, ['secretKey'])), remoteKey: text(at(entry, ['remoteRef', 'key'])), ...(typeof property === 'string' ? { property } : {}), place: document.placeOf(['spec', 'data', index, 'remoteRef', 'key']) }];
    }),
    ...(isRecord(template) ? { templateKeys: Object.keys(template) } : {}),
    openKeys: list(at(spec, ['dataFrom'])).length > 0,
    missingDefaults: [...missingTargetDefaults(spec, target, document), ...data.flatMap((entry, index) => missingRemoteDefaults(entry, index, document))],
    place: document.placeOf(['metadata', 'name']),
  };
}

function missingRemoteDefaults(entry: unknown, index: number, document: ManifestDocument): { field: string; value: string; place: Place }[] {
  const reference = at(entry, ['remoteRef']);
  return Object.entries(remoteDefaults).flatMap(([field, value]) =>
    at(reference, [field]) === undefined ? [{ field: `spec.data[${index}].remoteRef.${field}`, value, place: document.placeOf(['spec', 'data', index, 'remoteRef'], true) }] : [],
  );
}

function missingTargetDefaults(spec: unknown, target: unknown, document: ManifestDocument): { field: string; value: string; place: Place }[] {
  const place = document.placeOf(['spec', 'target'], true);
  const missing = Object.entries(targetDefaults).flatMap(([field, value]) => (at(target, [field]) === undefined ? [{ field: `spec.target.${field}`, value, place }] : []));
  return at(spec, ['refreshInterval']) === undefined ? [...missing, { field: 'spec.refreshInterval', value: '1h', place: document.placeOf(['spec'], true) }] : missing;
}

export function storeFact(document: ManifestDocument): StoreFact | undefined {
  const { object } = document;
  if ((object.kind !== 'ClusterSecretStore' && object.kind !== 'SecretStore') || !object.apiVersion.startsWith('external-secrets.io/')) return undefined;
  const aws = at(object.value, ['spec', 'provider', 'aws']);
  const [service, region, role] = [at(aws, ['service']), at(aws, ['region']), at(aws, ['role'])];
  return {
    kind: object.kind,
    name: object.name,
    ...(object.kind === 'SecretStore' && object.namespace !== undefined ? { namespace: object.namespace } : {}),
    ...(typeof service === 'string' ? { service } : {}),
    ...(typeof region === 'string' ? { region: { text: region, known: true, place: document.placeOf(['spec', 'provider', 'aws', 'region']) } } : {}),
    ...(typeof role === 'string' ? { role: { text: role, known: true, place: document.placeOf(['spec', 'provider', 'aws', 'role']) } } : {}),
    admitsEveryNamespace: object.kind === 'ClusterSecretStore' && list(at(object.value, ['spec', 'conditions'])).length === 0,
    place: document.placeOf(['metadata', 'name']),
  };
}
