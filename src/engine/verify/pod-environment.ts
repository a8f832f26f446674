import type { KubernetesObject } from '../../kubernetes/types.ts';
import { at, recordsAt, textAt } from '../../resources/json.ts';
import type { JsonRecord } from '../../resources/json.ts';
import { Secret } from '../../secret.ts';
import { secretValue } from './gather-delivery.ts';

/** A variable as the kubelet would set it now. */
export type ResolvedVariable = { readonly from: string } & ({ readonly value: string } | { readonly secret: Secret } | { readonly nothing: true } | { readonly unknown: true });

export type Environment = ReadonlyMap<string, ResolvedVariable>;

/** Reads a ConfigMap or Secret of the pod's namespace; undefined when there is none. */
export type ReadSource = (kind: 'ConfigMap' | 'Secret', name: string) => Promise<KubernetesObject | undefined>;

/**
 * The environment of a container, resolved from its own specification as the kubelet does (pkg/kubelet, `makeEnvironmentVariables`):
 * `envFrom` in order, then `env`, which goes before it; `$(NAME)` takes variables defined earlier; what a ConfigMap or
 * Secret does not hold is left out where it is optional.
 */
export async function resolveEnvironment(container: JsonRecord, read: ReadSource): Promise<Environment> {
  const variables = new Map<string, ResolvedVariable>();
  for (const source of recordsAt(container, 'envFrom')) {
    const prefix = textAt(source, 'prefix') ?? '';
    for (const [field, kind] of references) {
      const name = textAt(source, `${field}Ref`, 'name');
      if (name === undefined) continue;
      const object = await read(kind, name);
      for (const key of keysOf(object)) variables.set(prefix + key, valueIn(object, kind, name, key));
    }
  }
  for (const entry of recordsAt(container, 'env')) {
    const name = textAt(entry, 'name') ?? '';
    const resolved = await resolveEntry(entry, variables, read);
    if (resolved !== undefined) variables.set(name, resolved);
  }
  return variables;
}

const references = [
  ['configMap', 'ConfigMap'],
  ['secret', 'Secret'],
] as const;

async function resolveEntry(entry: JsonRecord, earlier: Environment, read: ReadSource): Promise<ResolvedVariable | undefined> {
  const from = at(entry, 'valueFrom');
  if (from === undefined) return expanded(textAt(entry, 'value') ?? '', earlier);
  for (const [field, kind] of references) {
    const name = textAt(from, `${field}KeyRef`, 'name');
    const key = textAt(from, `${field}KeyRef`, 'key');
    if (name === undefined || key === undefined) continue;
    const object = await read(kind, name);
    const resolved = valueIn(object, kind, name, key);
    return 'nothing' in resolved && at(from, `${field}KeyRef`, 'optional') === true ? undefined : resolved;
  }
  // fieldRef and resourceFieldRef: the kubelet knows, and nothing here depends on them.
  return { from: 'a field of the pod', unknown: true };
}

function valueIn(object: KubernetesObject | undefined, kind: 'ConfigMap' | 'Secret', name: string, key: string): ResolvedVariable {
  const from = `${kind} ${name}`;
  if (object === undefined) return { from: `${from} (which does not exist)`, nothing: true };
  if (kind === 'Secret') {
    const secret = secretValue(object, key);
    return secret === undefined ? { from: `${from}, key ${key}`, nothing: true } : { from, secret };
  }
  const value = textAt(object, 'data', key);
  return value === undefined ? { from: `${from}, key ${key}`, nothing: true } : { from, value };
}

/** `$(NAME)` (Kubernetes docs, "Define Dependent Environment Variables"); `$$` is an escape; what is not defined stays as it is. */
function expanded(text: string, earlier: Environment): ResolvedVariable {
  let touchesSecret = false;
  const value = text.replaceAll(/\$\$|\$\(([^)]+)\)/g, (match, name: string | undefined) => {
    if (name === undefined) return '$';
    const found = earlier.get(name);
    if (found !== undefined && 'value' in found) return found.value;
    if (found !== undefined) touchesSecret = true;
    return match;
  });
  return touchesSecret ? { from: 'value', unknown: true } : { from: 'value', value };
}

function keysOf(object: KubernetesObject | undefined): readonly string[] {
  return Object.keys(Object(at(object, 'data')));
}
