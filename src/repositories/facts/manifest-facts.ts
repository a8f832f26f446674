import { dirname } from 'node:path';
import type { ArgoApplicationFact, ConfigSourceFact, ExternalSecretFact, RepositoryFacts, ServiceAccountFact, StoreFact, Text, WorkloadFact } from '../../checks/facts.ts';
import { isRecord } from '../manifests/parse.ts';
import type { ManifestDocument, ManifestFile } from '../manifests/types.ts';
import { externalSecretFact, storeFact } from './external-secret-facts.ts';
import { isKustomization, renderKustomizations } from '../manifests/kustomize.ts';
import { kustomizationFact } from './kustomization-facts.ts';
import { at, list, text, texts, workloadFact } from './workload-facts.ts';

export type ManifestFacts = Pick<RepositoryFacts, 'stores' | 'externalSecrets' | 'configSources' | 'workloads' | 'serviceAccounts' | 'kustomizations' | 'manifestFiles' | 'argoApplications' | 'operatorVersion' | 'reloader'>;

/** The facts of a manifests repository. Objects are taken as kustomize would render them. */
export function manifestFacts(files: readonly ManifestFile[]): ManifestFacts {
  const documents = files.flatMap((file) => file.documents);
  const kustomizations = documents.filter(isKustomization).map(kustomizationFact);
  const placed = renderKustomizations(files);
  const present = <T>(make: (document: ManifestDocument) => T | undefined): T[] => placed.flatMap((document) => make(document) ?? []);
  const operator = operatorVersion(documents);
  const reloader = reloaderOf(documents);
  return {
    stores: present<StoreFact>(storeFact),
    externalSecrets: present<ExternalSecretFact>(externalSecretFact),
    configSources: present<ConfigSourceFact>(configSource),
    workloads: present<WorkloadFact>(workloadFact),
    serviceAccounts: present<ServiceAccountFact>(serviceAccount),
    kustomizations,
    manifestFiles: files.filter((file) => file.documents.length > 0).map((file) => ({ file: file.file, directory: dirname(file.file), kinds: file.documents.map((document) => document.object.kind), place: file.documents[0]?.placeOf([]) ?? { file: file.file } })),
    argoApplications: present<ArgoApplicationFact>(argoApplication),
    ...(operator ? { operatorVersion: operator } : {}),
    ...(reloader ? { reloader } : {}),
  };
}

/** Objects that make a Secret or ConfigMap; for sealed ones the keys of the ciphertext are those of the Secret. */
function configSource(document: ManifestDocument): ConfigSourceFact | undefined {
  const { kind, name, namespace, value } = document.object;
  const common = { name, ...(namespace === undefined ? {} : { namespace }), place: document.placeOf(['metadata', 'name']) };
  if (document.generated !== undefined) return kind === 'Secret' || kind === 'ConfigMap' ? { kind, ...common, ...document.generated } : undefined;
  if (kind === 'Secret') return { kind, ...common, keys: [...Object.keys(texts(value['data'])), ...Object.keys(texts(value['stringData']))] };
  if (kind === 'ConfigMap') return { kind, ...common, keys: Object.keys(texts(value['data'])), values: texts(value['data']) };
  if (kind === 'SealedSecret') {
    const template = text(at(value, ['spec', 'template', 'metadata', 'name']));
    return { kind: 'Secret', ...common, name: template || name, keys: Object.keys(texts(at(value, ['spec', 'encryptedData']))) };
  }
  if (kind === 'Certificate') {
    const secret = text(at(value, ['spec', 'secretName']));
    return secret === '' ? undefined : { kind: 'Secret', ...common, name: secret };
  }
  return undefined;
}

/** Annotations of EKS's webhook (aws/amazon-eks-pod-identity-webhook, README). */
function serviceAccount(document: ManifestDocument): ServiceAccountFact | undefined {
  const { kind, name, namespace, value } = document.object;
  if (kind !== 'ServiceAccount') return undefined;
  const annotation = (key: string): Text | undefined => {
    const path = ['metadata', 'annotations', `eks.amazonaws.com/${key}`];
    const found = at(value, path);
    return typeof found === 'string' ? { text: found, known: !found.includes('${'), place: document.placeOf(path) } : undefined;
  };
  const [role, audience] = [annotation('role-arn'), annotation('audience')];
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(role === undefined ? {} : { role }),
    ...(audience === undefined ? {} : { audience: { audience: audience.text, place: audience.place } }),
    place: document.placeOf(['metadata', 'name']),
  };
}

function argoApplication(document: ManifestDocument): ArgoApplicationFact | undefined {
  if (document.object.kind !== 'Application' || !document.object.apiVersion.startsWith('argoproj.io/')) return undefined;
  const spec = document.object.value['spec'];
  const path = [at(spec, ['source', 'path']), ...list(at(spec, ['sources'])).map((source) => at(source, ['path']))].find((candidate) => typeof candidate === 'string');
  const namespace = at(spec, ['destination', 'namespace']);
  return {
    name: document.object.name,
    ...(typeof path === 'string' ? { path } : {}),
    selfHeal: at(spec, ['syncPolicy', 'automated', 'selfHeal']) === true,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    place: document.placeOf(['metadata', 'name']),
  };
}

/** From the Helm chart that an Argo CD Application or a Flux HelmRelease installs. */
function operatorVersion(documents: readonly ManifestDocument[]): ManifestFacts['operatorVersion'] {
  for (const document of documents) {
    for (const { chart, path } of charts(document)) {
      if (text(at(chart, ['chart'])) !== 'external-secrets') continue;
      const version = text(at(chart, ['targetRevision'])) || text(at(chart, ['version']));
      if (/^v?\d+\.\d+/.test(version)) return { version: version.replace(/^v/, ''), place: document.placeOf(path) };
    }
  }
  return undefined;
}

function charts(document: ManifestDocument): { chart: unknown; path: readonly (string | number)[] }[] {
  const spec = document.object.value['spec'];
  if (document.object.kind === 'HelmRelease') return [{ chart: at(spec, ['chart', 'spec']), path: ['spec', 'chart', 'spec', 'version'] }];
  if (document.object.kind !== 'Application') return [];
  return [
    { chart: at(spec, ['source']), path: ['spec', 'source', 'targetRevision'] },
    ...list(at(spec, ['sources'])).map((chart, index) => ({ chart, path: ['spec', 'sources', index, 'targetRevision'] })),
  ];
}

/** Reloader, by its chart or by its Deployment; `--auto-reload-all` or the chart's `reloadOnCreate`-like value `autoReloadAll`. */
function reloaderOf(documents: readonly ManifestDocument[]): ManifestFacts['reloader'] {
  for (const document of documents) {
    const chart = charts(document).find(({ chart: candidate }) => text(at(candidate, ['chart'])) === 'reloader')?.chart;
    const values = at(chart, ['helm', 'valuesObject']) ?? at(chart, ['helm', 'values']);
    if (chart !== undefined) {
      const autoReloadAll = isRecord(values) ? at(values, ['reloader', 'autoReloadAll']) === true : /autoReloadAll:\s*true/.test(text(values));
      return { place: document.placeOf(['metadata', 'name']), autoReloadAll };
    }
    const workload = workloadFact(document);
    if (workload?.containers.some(({ image }) => /(^|\/)stakater\/reloader[:@]/.test(image)) === true) {
      return { place: workload.place, autoReloadAll: JSON.stringify(document.object.value).includes('--auto-reload-all=true') };
    }
  }
  return undefined;
}
