/** Reads a workload's containers and their variables, and which of them are ours. */
import type { KubernetesObject, ManagedFieldsEntry } from '../kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt, type JsonRecord } from './json.ts';
import { isSidecar } from './pod-sidecars.ts';
import { workloadShape } from './workload-kinds.ts';

/** The field manager of every fragment that the program applies. */
export const fieldManager = 'bedrock-access';

export interface Container {
  readonly name: string;
  readonly init: boolean;
  readonly variables: readonly ContainerVariable[];
  /** Variables that stand there more than once. */
  readonly repeated: readonly string[];
  /** ConfigMaps and Secrets that give it all of their keys, in order. */
  readonly envFrom: readonly JsonRecord[];
}

export interface ContainerVariable {
  readonly name: string;
  readonly entry: JsonRecord;
  /** Applied by us. */
  readonly ours: boolean;
  /** Others that own it. */
  readonly managers: readonly string[];
}

/** Every container of the pod template, init containers after the others; without the sidecars that the program puts there. */
export function containersOf(object: KubernetesObject): readonly Container[] {
  const spec = at(object, ...workloadShape(object.kind).template, 'spec');
  return [
    ...recordsAt(spec, 'containers').map((container) => read(object, container, false)),
    ...recordsAt(spec, 'initContainers')
      .filter((container) => !isSidecar(textAt(container, 'name') ?? ''))
      .map((container) => read(object, container, true)),
  ];
}

/** Those that an access means: by name; without names the only one that is no init container; else none. */
export function containersFor(object: KubernetesObject, names: readonly string[] | undefined): readonly Container[] {
  const all = containersOf(object);
  if (names !== undefined) return all.filter(({ name }) => names.includes(name));
  const plain = all.filter(({ init }) => !init);
  return plain.length === 1 ? plain : [];
}

export function ownedVariables(container: Container): readonly ContainerVariable[] {
  return container.variables.filter(({ ours }) => ours);
}

/** As a plan shows it: `Secret bedrock-credentials, AWS_ACCESS_KEY_ID`, or `"us-west-2"`. */
export function shownVariable({ entry }: ContainerVariable): string {
  for (const [field, kind] of [['secretKeyRef', 'Secret'], ['configMapKeyRef', 'ConfigMap']] as const) {
    const from = at(entry, 'valueFrom', field);
    if (isRecord(from)) return `${kind} ${textAt(from, 'name') ?? ''}, ${textAt(from, 'key') ?? ''}`;
  }
  const value = textAt(entry, 'value');
  if (value === undefined) return at(entry, 'valueFrom') === undefined ? '""' : 'a reference to something else';
  // A credential written in plain text into a workload must not get into a plan.
  return /SECRET|TOKEN|PASSWORD|ACCESS_KEY/.test(textAt(entry, 'name') ?? '') ? '(a plain value)' : JSON.stringify(value);
}

/**
 * What a variable of that name holds in the end: of several entries the last one counts (Kubernetes API reference,
 * EnvVar), and an entry of `env` counts before everything from `envFrom` (EnvFromSource).
 */
export function variableNamed(container: Container, name: string): ContainerVariable | undefined {
  return container.variables.findLast((variable) => variable.name === name);
}

/** A container with one more variable for each of `wanted` that it has from `envFrom` alone, without a prefix and not overlaid by a later source. */
export function withSourced(container: Container, wanted: readonly { readonly name: string; readonly field: 'secretRef' | 'configMapRef'; readonly source: string; readonly key: string }[]): Container {
  const last = container.envFrom.at(-1);
  const sourced = wanted
    .filter(({ name, key, field, source }) => variableNamed(container, name) === undefined && name === key && textAt(last, 'prefix') === undefined && textAt(last, field, 'name') === source)
    .map(({ name, field, source, key }): ContainerVariable => {
      const from = { name: source, key };
      return { name, entry: { name, valueFrom: field === 'secretRef' ? { secretKeyRef: from } : { configMapKeyRef: from } }, ours: false, managers: [] };
    });
  return { ...container, variables: [...container.variables, ...sourced] };
}

function read(object: KubernetesObject, container: JsonRecord, init: boolean): Container {
  const name = textAt(container, 'name') ?? '';
  const names = recordsAt(container, 'env').map((entry) => textAt(entry, 'name') ?? '');
  return {
    name,
    init,
    repeated: [...new Set(names.filter((variable, index) => names.indexOf(variable) !== index))],
    envFrom: recordsAt(container, 'envFrom'),
    variables: recordsAt(container, 'env').map((entry) => {
      const variable = textAt(entry, 'name') ?? '';
      const owners = ownersOf(object, init ? 'initContainers' : 'containers', name, variable);
      return {
        name: variable,
        entry,
        ours: owners.some(({ manager, operation }) => manager === fieldManager && operation === 'Apply'),
        managers: owners.map(({ manager }) => manager).filter((manager) => manager !== fieldManager),
      };
    }),
  };
}

/** Where a variable lies in `fieldsV1`: lists of containers and of variables are keyed by `name` (Kubernetes API reference, `x-kubernetes-list-map-keys`). */
export function managedPath(kind: string, list: 'containers' | 'initContainers', container: string, variable: string): readonly string[] {
  const fields = [...workloadShape(kind).template, 'spec', list].map((field) => `f:${field}`);
  return [...fields, `k:${JSON.stringify({ name: container })}`, 'f:env', `k:${JSON.stringify({ name: variable })}`];
}

function ownersOf(object: KubernetesObject, list: 'containers' | 'initContainers', container: string, variable: string): readonly ManagedFieldsEntry[] {
  const path = managedPath(object.kind, list, container, variable);
  return (object.metadata.managedFields ?? []).filter(({ fieldsV1, subresource }) => subresource === undefined && at(fieldsV1, ...path) !== undefined);
}
