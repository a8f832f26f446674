/**
 * Writes `src/sandbox/kubernetes/protobuf/messages.json` out of the Go types of `k8s.io/api` and `k8s.io/apimachinery` v0.35.4 (Apache-2.0):
 *
 *   npx node test/sandbox/kubernetes/generate-protobuf.ts "$(go env GOMODCACHE)/k8s.io"
 *
 * A message is a map of its field numbers to `name type`; `type` is a message, `string`, `int`, `bool`, `double` or `bytes`, with `[]` or `{}` before it for
 * lists and maps, `*` for pointers (whose zero is a value), `!` for fields that JSON writes even when empty. An inlined message has no name.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , folder = ''] = process.argv;
const version = 'v0.35.4';
const packages: Readonly<Record<string, string>> = {
  v1: `api@${version}/core/v1`,
  apps: `api@${version}/apps/v1`,
  batch: `api@${version}/batch/v1`,
  coordination: `api@${version}/coordination/v1`,
  rbac: `api@${version}/rbac/v1`,
  authentication: `api@${version}/authentication/v1`,
  authorization: `api@${version}/authorization/v1`,
  autoscaling: `api@${version}/autoscaling/v1`,
  policy: `api@${version}/policy/v1`,
  networking: `api@${version}/networking/v1`,
  scheduling: `api@${version}/scheduling/v1`,
  storage: `api@${version}/storage/v1`,
  discovery: `api@${version}/discovery/v1`,
  metav1: `apimachinery@${version}/pkg/apis/meta/v1`,
};
const roots = [
  ...['Namespace', 'Pod', 'Secret', 'ConfigMap', 'ServiceAccount', 'Service', 'Event', 'PersistentVolumeClaim', 'PersistentVolume', 'Node', 'Endpoints', 'ResourceQuota', 'LimitRange', 'Binding', 'PodTemplate'].map((kind) => `v1.${kind}`),
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'].map((kind) => `apps.${kind}`),
  'batch.Job', 'batch.CronJob', 'coordination.Lease', 'autoscaling.Scale', 'policy.Eviction', 'policy.PodDisruptionBudget', 'networking.Ingress', 'networking.NetworkPolicy', 'scheduling.PriorityClass', 'storage.StorageClass', 'discovery.EndpointSlice',
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map((kind) => `rbac.${kind}`),
  ...['TokenRequest', 'TokenReview', 'SelfSubjectReview'].map((kind) => `authentication.${kind}`),
  ...['SelfSubjectAccessReview', 'SubjectAccessReview', 'LocalSubjectAccessReview', 'SelfSubjectRulesReview'].map((kind) => `authorization.${kind}`),
  'metav1.DeleteOptions',
];
/** Types with a wire form of their own, read by hand. */
const special = new Set(['metav1.Time', 'metav1.MicroTime', 'resource.Quantity', 'intstr.IntOrString', 'metav1.FieldsV1', 'runtime.RawExtension']);

interface GoPackage {
  readonly structs: ReadonlyMap<string, readonly string[]>;
  readonly named: ReadonlyMap<string, string>;
  /** What an import is called here, by the names above (or the last part of its path). */
  readonly imports: ReadonlyMap<string, string>;
}

function readPackage(place: string): GoPackage {
  const structs = new Map<string, string[]>();
  const named = new Map<string, string>();
  const imports = new Map<string, string>();
  let open: string[] | undefined;
  for (const line of readFileSync(join(folder, place, 'types.go'), 'utf8').split('\n')) {
    const struct = /^type (\w+) struct \{/.exec(line);
    const alias = /^type (\w+) (?:= )?([[\]\w.]+)$/.exec(line);
    const imported = /^\t(?:(\w+) )?"k8s\.io\/([\w./]+)"$/.exec(line);
    if (imported) imports.set(imported[1] ?? imported[2]!.split('/').at(-1)!, packageName(imported[2]!));
    else if (struct) structs.set(struct[1]!, (open = []));
    else if (alias) named.set(alias[1]!, alias[2]!);
    else if (line === '}') open = undefined;
    else if (open !== undefined && /^\t[^/].*protobuf:/.test(line)) open.push(line.trim());
  }
  return { structs, named, imports };
}

function packageName(path: string): string {
  const found = Object.entries(packages).find(([, place]) => place.replace(`@${version}`, '') === path);
  return found?.[0] ?? path.split('/').at(-1)!;
}

const known = Object.fromEntries(Object.entries(packages).map(([name, place]) => [name, readPackage(place)]));
const messages: Record<string, Record<string, string>> = {};
const scalars: Readonly<Record<string, string>> = { string: 'string', bool: 'bool', float64: 'double', int: 'int', int32: 'int', int64: 'int', uint32: 'int', uint8: 'int' };

function wireType(goType: string, home: string): string {
  if (goType === '[]byte') return 'bytes';
  if (goType.startsWith('[]')) return `[]${wireType(goType.slice(2), home)}`;
  if (goType.startsWith('map[')) return `{}${wireType(goType.slice(goType.indexOf(']') + 1), home)}`;
  if (goType.startsWith('*')) return `*${wireType(goType.slice(1), home)}`;
  const scalar = scalars[goType];
  if (scalar !== undefined) return scalar;
  const [prefix, name] = goType.includes('.') ? goType.split('.') : [undefined, goType];
  const owner = prefix === undefined ? home : (known[home]?.imports.get(prefix) ?? prefix);
  const qualified = `${owner}.${name}`;
  if (special.has(qualified)) return qualified;
  if (owner === 'types') return 'string';
  if (known[owner]?.structs.has(name!) === true) {
    keep(qualified);
    return qualified;
  }
  const alias = known[owner]?.named.get(name!);
  if (alias === undefined) throw new Error(`unknown type ${goType} in ${home}`);
  return wireType(alias, owner);
}

function keep(qualified: string): void {
  if (messages[qualified] !== undefined) return;
  const fields: Record<string, string> = {};
  messages[qualified] = fields;
  const [home, name] = qualified.split('.');
  for (const line of known[home!]?.structs.get(name!) ?? []) {
    const match = /^(?:\w+ +)?([^\s`]+) +`.*json:"([^"]*)".*protobuf:"\w+,(\d+),/.exec(line);
    if (match === null) throw new Error(`cannot read ${qualified}: ${line}`);
    const [, goType, json, number] = match;
    const [jsonName, ...options] = json!.split(',');
    if (jsonName === '-') continue;
    const inline = options.includes('inline');
    const always = !inline && !options.includes('omitempty') && !options.includes('omitzero');
    fields[number!] = `${inline ? '' : jsonName} ${always ? '!' : ''}${wireType(goType!, home!)}`;
  }
}

for (const root of roots) keep(root);
writeFileSync('src/sandbox/kubernetes/protobuf/messages.json', `${JSON.stringify(messages)}\n`);
console.log(`${Object.keys(messages).length} messages`);
