import { dirname, join, normalize } from 'node:path';
import { generatedObjects, type GeneratedObject } from './generators.ts';
import { jsonPatch, strategicMerge } from './merge.ts';
import { hasName, unnamed, withReferences, type Named } from './name-references.ts';
import { isRecord, parseManifestFile } from './parse.ts';
import { replaced } from './replaced.ts';
import type { ManifestDocument, ManifestFile } from './types.ts';

/**
 * The objects as kustomize would hand them to the cluster: bases with their overlays' generators, patches, namespace and
 * prefixes, and the references to what was renamed. Files that no kustomization takes in stand for themselves. A base
 * that overlays take in shows once per overlay.
 */
export function renderKustomizations(files: readonly ManifestFile[]): readonly ManifestDocument[] {
  const byFile = new Map(files.map((file) => [file.file, file]));
  const kustomizations = new Map(files.flatMap((file) => file.documents.filter(isKustomization).map((document) => [dirname(file.file), document] as const)));
  const takenFolders = new Set([...kustomizations].flatMap(([directory, document]) => pathsOf(document, directory, [...resourceFields, 'components'])));
  const roots = [...kustomizations].filter(([directory]) => !takenFolders.has(directory));
  const taken = new Set<string>();
  const rendered = roots.flatMap(([directory, document]) => render(directory, document, [], { byFile, kustomizations, taken, above: [] }).map(({ document: done }) => done));
  const alone = files.filter((file) => !taken.has(file.file)).flatMap((file) => file.documents.filter((document) => !isKustomization(document)));
  return [...rendered, ...alone];
}

export function isKustomization(document: ManifestDocument): boolean {
  return ['Kustomization', 'Component'].includes(document.object.kind) && (document.object.apiVersion === '' || document.object.apiVersion.startsWith('kustomize.config.k8s.io/'));
}

interface Rendering {
  readonly byFile: ReadonlyMap<string, ManifestFile>;
  readonly kustomizations: ReadonlyMap<string, ManifestDocument>;
  /** Files that some kustomization takes in, as resources or as patches. */
  readonly taken: Set<string>;
  readonly above: readonly string[];
}

/** In the order of kustomize: resources, components over them, generators, patches, namespace, names, references. */
function render(directory: string, kustomization: ManifestDocument, given: readonly Named[], rendering: Rendering): readonly Named[] {
  if (rendering.above.includes(directory)) return given;
  const { value } = kustomization.object;
  const within = { ...rendering, above: [...rendering.above, directory] };
  const resources = pathsOf(kustomization, directory, resourceFields).flatMap((path): readonly Named[] => {
    const inner = rendering.kustomizations.get(path);
    if (inner) return render(path, inner, [], within);
    rendering.taken.add(path);
    return rendering.byFile.get(path)?.documents.filter((document) => !isKustomization(document)).map(unnamed) ?? [];
  });
  // A component's patches, namespace and prefix hold for everything that its kustomization has taken in before it.
  const composed = pathsOf(kustomization, directory, ['components']).reduce<readonly Named[]>(
    (documents, path) => {
      const component = rendering.kustomizations.get(path);
      return component ? render(path, component, documents, within) : documents;
    },
    [...given, ...resources],
  );
  const generated = generatedObjects(kustomization).reduce(withGenerated, composed);
  const patched = patchesOf(kustomization, directory, rendering).reduce((documents, patch) => documents.map((named) => (matches(patch, named) ? { ...named, document: patch.apply(named.document) } : named)), generated);
  const namespace = value['namespace'];
  const [prefix, suffix] = [text(value['namePrefix']), text(value['nameSuffix'])];
  return withReferences(patched.map((named) => placed(named, typeof namespace === 'string' ? namespace : undefined, prefix, suffix)));
}

const resourceFields = ['resources', 'bases'] as const;

/** Local files and folders that a kustomization takes in. */
function pathsOf(kustomization: ManifestDocument, directory: string, fields: readonly string[]): readonly string[] {
  return fields
    .flatMap((field) => list(kustomization.object.value[field]))
    .map(text)
    .filter((entry) => entry !== '' && !/^(https?:|git@|ssh:|github\.com\/)/.test(entry))
    .map((entry) => normalize(join(directory, entry)).replace(/\/$/, ''));
}

/** `behavior: merge` and `replace` are for an object that is there already, by any name that it has had. */
function withGenerated(documents: readonly Named[], { document, behavior }: GeneratedObject): readonly Named[] {
  const { kind, name } = document.object;
  const present = behavior === 'create' ? undefined : documents.find((named) => named.document.object.kind === kind && hasName(named, name));
  if (present === undefined) return [...documents, unnamed(document)];
  const { object } = present.document;
  const renamed = { document: { ...document, object: { ...document.object, name: object.name, namespace: object.namespace } }, names: present.names };
  return behavior === 'replace' ? documents.map((named) => (named === present ? renamed : named)) : [...documents, renamed];
}

interface Patch {
  readonly kind?: string;
  readonly name?: string;
  readonly apply: (document: ManifestDocument) => ManifestDocument;
}

function patchesOf(kustomization: ManifestDocument, directory: string, rendering: Rendering): readonly Patch[] {
  const { value } = kustomization.object;
  const patches: Patch[] = [];
  const add = (path: string, inline: string, target: unknown): void => {
    const file = path === '' ? undefined : normalize(join(directory, path));
    if (file !== undefined) rendering.taken.add(file);
    const source = file === undefined ? parseManifestFile(kustomization.file.file, inline) : rendering.byFile.get(file);
    const wanted = isRecord(target) ? { ...(typeof target['kind'] === 'string' ? { kind: target['kind'] } : {}), ...(typeof target['name'] === 'string' ? { name: target['name'] } : {}) } : undefined;
    const operations = operationsIn(source);
    if (operations) {
      if (wanted) patches.push({ ...wanted, apply: (document) => replaced(document, jsonPatch(document.object.value, operations), []) });
      return;
    }
    for (const patch of source?.documents ?? []) {
      const selector = wanted ?? { kind: patch.object.kind, name: patch.object.name };
      // An inline patch has no file of its own: its fields are reported at the kustomization.
      patches.push({ ...selector, apply: (document) => replaced(document, strategicMerge(document.object.value, withoutIdentity(patch.object.value), document.object.apiVersion), file === undefined ? [] : [patch]) });
    }
  };
  for (const entry of list(value['patches'])) if (isRecord(entry)) add(text(entry['path']), text(entry['patch']), entry['target']);
  for (const entry of list(value['patchesStrategicMerge'])) add(text(entry).includes('\n') ? '' : text(entry), text(entry), undefined);
  for (const entry of list(value['patchesJson6902'])) if (isRecord(entry)) add(text(entry['path']), text(entry['patch']), entry['target']);
  return patches;
}

/** A JSON patch is a list at the top, which is no object of Kubernetes: read it from the text. */
function operationsIn(source: ManifestFile | undefined): readonly unknown[] | undefined {
  if (!source || source.documents.length > 0) return undefined;
  const trimmed = source.text.trimStart();
  if (!trimmed.startsWith('-') && !trimmed.startsWith('[')) return undefined;
  const wrapped = parseManifestFile(source.file, `kind: Operations\nlist:\n${source.text.split('\n').map((line) => `  ${line}`).join('\n')}`);
  return list(wrapped.documents[0]?.object.value['list']);
}

/** A patch names its object as it is by now, or as it was before any prefix (kustomize reference, "patches"). */
function matches({ kind, name }: Patch, named: Named): boolean {
  if (kind !== undefined && kind !== named.document.object.kind) return false;
  if (name === undefined) return true;
  const names = [named.document.object.name, ...named.names];
  try {
    const pattern = new RegExp(`^(?:${name})$`);
    return names.some((candidate) => pattern.test(candidate));
  } catch {
    return names.includes(name);
  }
}

/** The identity of a patch only selects. */
function withoutIdentity(patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, apiVersion: _apiVersion, kind: _kind, ...rest } = patch;
  if (!isRecord(metadata)) return rest;
  const { name: _name, namespace: _namespace, ...others } = metadata;
  return Object.keys(others).length > 0 ? { ...rest, metadata: others } : rest;
}

const clusterScoped = new Set(['ClusterSecretStore', 'ClusterExternalSecret', 'Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume', 'StorageClass']);

/** Names of these stay as they are (kustomize, `PrefixTransformer`, `prefixFieldSpecsToSkip`). */
const keepTheirNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);

function placed({ document, names }: Named, namespace: string | undefined, prefix: string, suffix: string): Named {
  const { object } = document;
  const inNamespace = namespace !== undefined && !clusterScoped.has(object.kind) ? namespace : object.namespace;
  const name = keepTheirNames.has(object.kind) ? object.name : `${prefix}${object.name}${suffix}`;
  return { document: { ...document, object: { ...object, name, namespace: inNamespace } }, names: name === object.name ? names : [object.name, ...names] };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
