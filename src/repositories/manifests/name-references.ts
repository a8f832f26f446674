import { isRecord } from './parse.ts';
import { podTemplates } from './pod-template.ts';
import { replaced } from './replaced.ts';
import type { ManifestDocument } from './types.ts';

/** An object with the names that it had before prefixes and suffixes, the latest first. */
export interface Named {
  readonly document: ManifestDocument;
  readonly names: readonly string[];
}

export function unnamed(document: ManifestDocument): Named {
  return { document, names: [] };
}

export function hasName({ document, names }: Named, name: string): boolean {
  return document.object.name === name || names.includes(name);
}

/**
 * References to objects of the same build follow their new names; a name that nothing in the build has stays
 * (kustomize reference, "namePrefix": "Prepends the value to the names of all resources and references"). Only the fields
 * of `namereference.go` are references: the store of an ExternalSecret and the Secret that it makes are not among them.
 */
export function withReferences(objects: readonly Named[]): readonly Named[] {
  if (objects.every(({ names }) => names.length === 0)) return objects;
  return objects.map((named) => {
    const { document } = named;
    const path = Object.hasOwn(podTemplates, document.object.kind) && document.object.kind !== 'Rollout' ? podTemplates[document.object.kind] : undefined;
    if (!path) return named;
    const value = [...references, ...(document.object.kind === 'ReplicaSet' ? [] : [serviceAccount])].reduce<unknown>(
      (current, { kind, field }) => changed(current, [...path, 'spec', ...field], (name) => currentName(objects, kind, name, document.object.namespace)),
      document.object.value,
    );
    return value === document.object.value ? named : { ...named, document: replaced(document, value, []) };
  });
}

/** Below a pod's spec; a list is gone through item by item (kustomize, `api/internal/konfig/builtinpluginconsts/namereference.go`). */
const references = (['containers', 'initContainers'] as const)
  .flatMap((containers) => [
    { kind: 'ConfigMap', field: [containers, 'env', 'valueFrom', 'configMapKeyRef', 'name'] },
    { kind: 'ConfigMap', field: [containers, 'envFrom', 'configMapRef', 'name'] },
    { kind: 'Secret', field: [containers, 'env', 'valueFrom', 'secretKeyRef', 'name'] },
    { kind: 'Secret', field: [containers, 'envFrom', 'secretRef', 'name'] },
  ])
  .concat([
    { kind: 'ConfigMap', field: ['volumes', 'configMap', 'name'] },
    { kind: 'ConfigMap', field: ['volumes', 'projected', 'sources', 'configMap', 'name'] },
    { kind: 'Secret', field: ['volumes', 'secret', 'secretName'] },
    { kind: 'Secret', field: ['volumes', 'projected', 'sources', 'secret', 'name'] },
    { kind: 'Secret', field: ['imagePullSecrets', 'name'] },
  ]);
const serviceAccount = { kind: 'ServiceAccount', field: ['serviceAccountName'] };

function currentName(objects: readonly Named[], kind: string, name: string, namespace: string | undefined): string {
  const candidates = objects.filter(({ document: { object } }) => object.kind === kind && (object.namespace === undefined || namespace === undefined || object.namespace === namespace));
  if (candidates.some(({ document }) => document.object.name === name)) return name;
  // The one that had the name last: two copies of a base, each under its own prefix, have the oldest names in common.
  const age = (named: Named): number => named.names.indexOf(name);
  const [latest, next] = candidates.filter((named) => age(named) >= 0).sort((a, b) => age(a) - age(b));
  return latest === undefined || (next !== undefined && age(next) === age(latest) && next.document.object.name !== latest.document.object.name) ? name : latest.document.object.name;
}

/** The same value where nothing changes, so that places stay as they are. */
function changed(value: unknown, path: readonly string[], change: (name: string) => string): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const next = items.map((item) => changed(item, path, change));
    return next.some((item, index) => item !== items[index]) ? next : value;
  }
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' ? change(value) : value;
  if (!isRecord(value) || !Object.hasOwn(value, step)) return value;
  const next = changed(value[step], rest, change);
  return next === value[step] ? value : { ...value, [step]: next };
}
