/**
 * The environment that a container gets, from the real objects: `envFrom`, then `env` with `$(NAME)` expanded and `valueFrom` resolved
 * (pkg/kubelet/kubelet_pods.go `makeEnvironmentVariables`). Service links are not made.
 */
import { listAt, objectAt, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import { nodeAddress } from './node.ts';

/** A container that cannot be made as it is configured; the message is the kubelet's. */
export class ContainerConfigError extends Error {}

/** @throws ContainerConfigError when a Secret, ConfigMap or key that is not optional is missing */
export function containerEnvironment(pod: StoredObject, container: JsonObject, store: ObjectStore): Record<string, string> {
  const namespace = pod.metadata.namespace ?? 'default';
  const environment: Record<string, string> = {};
  for (const source of listAt(container, 'envFrom')) {
    for (const kind of ['ConfigMap', 'Secret'] as const) {
      const reference = objectAt(source, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef');
      const name = textAt(reference, 'name');
      if (name === undefined) continue;
      const found = valuesOf(kind, namespace, name, store);
      if (found === undefined) {
        if (valueAt(reference, 'optional') === true) continue;
        throw new ContainerConfigError(`${kind.toLowerCase()} "${name}" not found`);
      }
      for (const [key, value] of Object.entries(found)) environment[`${textAt(source, 'prefix') ?? ''}${key}`] = value;
    }
  }
  for (const entry of listAt(container, 'env')) {
    const value = resolved(entry, pod, container, environment, store);
    if (value !== undefined) environment[textAt(entry, 'name') ?? ''] = value;
  }
  return environment;
}

function resolved(entry: unknown, pod: StoredObject, container: JsonObject, before: Readonly<Record<string, string>>, store: ObjectStore): string | undefined {
  const from = objectAt(entry, 'valueFrom');
  if (Object.keys(from).length === 0) return expanded(textAt(entry, 'value') ?? '', before);
  if (from['fieldRef'] !== undefined) return fieldValue(pod, textAt(from, 'fieldRef', 'fieldPath') ?? '');
  if (from['resourceFieldRef'] !== undefined) return resourceValue(pod, container, objectAt(from, 'resourceFieldRef'));
  const kind = from['configMapKeyRef'] === undefined ? 'Secret' : 'ConfigMap';
  const reference = objectAt(from, kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef');
  const namespace = pod.metadata.namespace ?? 'default';
  const name = textAt(reference, 'name') ?? '';
  const key = textAt(reference, 'key') ?? '';
  const optional = valueAt(reference, 'optional') === true;
  const values = valuesOf(kind, namespace, name, store);
  if (values === undefined) {
    if (optional) return undefined;
    throw new ContainerConfigError(`${kind.toLowerCase()} "${name}" not found`);
  }
  const value = values[key];
  if (value === undefined && !optional) throw new ContainerConfigError(`couldn't find key ${key} in ${kind} ${namespace}/${name}`);
  return value;
}

function valuesOf(kind: 'ConfigMap' | 'Secret', namespace: string, name: string, store: ObjectStore): Readonly<Record<string, string>> | undefined {
  const found = store.get({ apiVersion: 'v1', kind, namespace, name });
  if (found === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(objectAt(found, 'data')).map(([key, value]) => [key, kind === 'Secret' ? Buffer.from(String(value), 'base64').toString('utf8') : String(value)]),
  );
}

/** `$(NAME)` of an earlier variable; `$$` is one `$`; an unknown name stays (third_party/forked/golang/expansion). */
export function expanded(value: string, before: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([^)]*)\)/g, (whole: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return before[name] ?? whole;
  });
}

function fieldValue(pod: StoredObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed) return textAt(pod, 'metadata', keyed[1]!, keyed[2]!) ?? '';
  switch (path) {
    case 'status.hostIP':
    case 'status.hostIPs':
      return nodeAddress;
    case 'metadata.name':
    case 'metadata.namespace':
    case 'metadata.uid':
    case 'spec.nodeName':
    case 'spec.serviceAccountName':
    case 'status.podIP':
      return textAt(pod, ...path.split('.')) ?? '';
    case 'status.podIPs':
      return listAt(pod, 'status', 'podIPs').map((each) => textAt(each, 'ip') ?? '').join(',');
    default:
      throw new ContainerConfigError(`field label not supported: ${path}`);
  }
}

/** Whole numbers of cores or bytes; without a limit, those of the node. */
function resourceValue(pod: StoredObject, container: JsonObject, reference: JsonObject): string {
  const name = textAt(reference, 'containerName');
  const of = name === undefined ? container : objectAt({ found: listAt(pod, 'spec', 'containers').find((each) => textAt(each, 'name') === name) }, 'found');
  const [group = '', resource = ''] = (textAt(reference, 'resource') ?? '').split('.');
  const presets: Readonly<Record<string, string>> = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi' };
  const quantity = textAt(of, 'resources', group, resource) ?? (group === 'limits' ? presets[resource] : undefined) ?? '0';
  const divisor = quantityOf(textAt(reference, 'divisor') ?? '1') || 1;
  return String(Math.ceil(quantityOf(quantity) / divisor));
}

function quantityOf(text: string): number {
  const match = /^([0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text);
  const factors: Readonly<Record<string, number>> = { m: 0.001, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
  return match ? Number(match[1]) * (factors[match[2] ?? ''] ?? 1) : 0;
}
