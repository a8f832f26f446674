import { dirname, join, normalize } from 'node:path';
import { jsonPatch, strategicMerge } from './merge.ts';
import { isRecord, parseManifestFile } from './parse.ts';
import type { ManifestDocument, ManifestFile } from './types.ts';

/**
 * The objects as kustomize would hand them to the cluster: bases with their overlays' namespace, prefixes and patches.
 * Files that no kustomization takes in stand for themselves. A base that overlays take in shows once per overlay.
 */
export function renderKustomizations(files: readonly ManifestFile[]): readonly ManifestDocument[] {
  const byFile = new Map(files.map((file) => [file.file, file]));
  const kustomizations = new Map(files.flatMap((file) => file.documents.filter(isKustomization).map((document) => [dirname(file.file), document] as const)));
  const takenFolders = new Set([...kustomizations].flatMap(([directory, document]) => pathsOf(document, directory)));
  const roots = [...kustomizations].filter(([directory]) => !takenFolders.has(directory));
  const taken = new Set<string>();
  const rendered = roots.flatMap(([directory, document]) => render(directory, document, { byFile, kustomizations, taken, above: [] }));
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

function render(directory: string, kustomization: ManifestDocument, rendering: Rendering): readonly ManifestDocument[] {
  if (rendering.above.includes(directory)) return [];
  const { value } = kustomization.object;
  const resources = pathsOf(kustomization, directory).flatMap((path): readonly ManifestDocument[] => {
    const inner = rendering.kustomizations.get(path);
    if (inner) return render(path, inner, { ...rendering, above: [...rendering.above, directory] });
    rendering.taken.add(path);
    return rendering.byFile.get(path)?.documents.filter((document) => !isKustomization(document)) ?? [];
  });
  const patched = patchesOf(kustomization, directory, rendering).reduce<readonly ManifestDocument[]>((documents, patch) => documents.map((document) => (matches(patch, document) ? patch.apply(document) : document)), resources);
  const namespace = value['namespace'];
  const [prefix, suffix] = [text(value['namePrefix']), text(value['nameSuffix'])];
  return patched.map((document) => placed(document, typeof namespace === 'string' ? namespace : undefined, prefix, suffix));
}

/** Local files and folders that a kustomization takes in as resources. */
function pathsOf(kustomization: ManifestDocument, directory: string): readonly string[] {
  return ['resources', 'bases', 'components']
    .flatMap((field) => list(kustomization.object.value[field]))
    .map(text)
    .filter((entry) => entry !== '' && !/^(https?:|git@|ssh:|github\.com\/)/.test(entry))
    .map((entry) => normalize(join(directory, entry)).replace(/\/$/, ''));
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

function matches({ kind, name }: Patch, document: ManifestDocument): boolean {
  if (kind !== undefined && kind !== document.object.kind) return false;
  if (name === undefined) return true;
  try {
    return new RegExp(`^(?:${name})$`).test(document.object.name);
  } catch {
    return name === document.object.name;
  }
}

/** The identity of a patch only selects. */
function withoutIdentity(patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, apiVersion: _apiVersion, kind: _kind, ...rest } = patch;
  if (!isRecord(metadata)) return rest;
  const { name: _name, namespace: _namespace, ...others } = metadata;
  return Object.keys(others).length > 0 ? { ...rest, metadata: others } : rest;
}

/** The same object with another value; a field's place is looked for in the patches first, lists matched by name. */
function replaced(document: ManifestDocument, value: unknown, patches: readonly ManifestDocument[]): ManifestDocument {
  if (!isRecord(value)) return document;
  const sources = [...patches, document];
  return {
    ...document,
    object: { ...document.object, value },
    placeOf: (path, ofKey) => {
      for (const source of sources) {
        const translated = translate(path, value, source.object.value);
        if (translated) return source.placeOf(translated, ofKey);
      }
      return document.placeOf([]);
    },
  };
}

/** The path of the same field in a source of the merged object; undefined where the source does not have it. */
function translate(path: readonly (string | number)[], merged: unknown, source: unknown): readonly (string | number)[] | undefined {
  const result: (string | number)[] = [];
  let [at, from] = [merged, source];
  for (const step of path) {
    if (Array.isArray(at) && Array.isArray(from)) {
      const wanted: unknown = at[Number(step)];
      const index = isRecord(wanted) && wanted['name'] !== undefined ? from.findIndex((item) => isRecord(item) && item['name'] === wanted['name']) : Number(step) < from.length ? Number(step) : -1;
      if (index < 0) return undefined;
      result.push(index);
      [at, from] = [wanted, from[index]];
    } else if (isRecord(from) && Object.hasOwn(from, String(step))) {
      result.push(step);
      [at, from] = [isRecord(at) ? at[String(step)] : undefined, from[String(step)]];
    } else return undefined;
  }
  return result;
}

const clusterScoped = new Set(['ClusterSecretStore', 'ClusterExternalSecret', 'Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume', 'StorageClass']);

function placed(document: ManifestDocument, namespace: string | undefined, prefix: string, suffix: string): ManifestDocument {
  const { object } = document;
  const inNamespace = namespace !== undefined && !clusterScoped.has(object.kind) ? namespace : object.namespace;
  return { ...document, object: { ...object, name: `${prefix}${object.name}${suffix}`, namespace: inNamespace } };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
