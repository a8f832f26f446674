/** Puts an access's variables into the text of a workload, or takes them out again. */
import { isDeepStrictEqual } from 'node:util';
import { annotationKeys } from '../../resources/annotations.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import type { PlacedVariable } from '../../resources/variables.ts';
import { isSidecar, volumesOf } from '../../resources/pod-sidecars.ts';
import type { DesiredIdentity } from '../../resources/workload-environment.ts';
import { sidecarChanges, sidecarRemoval, volumeChanges, volumeRemoval } from './volume-edit.ts';
import { getIn, isRecord, type YamlChange } from './yaml-change.ts';
import type { YamlPath } from './yaml-nodes.ts';

export interface WantedEnvironment {
  /** Name of the access: the annotation by which the program knows the workload. */
  readonly access: string;
  /** Containers by name; undefined: the only one that is no init container. */
  readonly containers?: readonly string[];
  readonly variables: readonly PlacedVariable[];
  readonly secret: string;
  readonly configMap: string;
  /** Digest of the values: changes the pod template when they change. Empty: the workload is never restarted. */
  readonly digest: string;
  /** Reloader runs in the cluster: it restarts the workload when the Secret changes. */
  readonly reloader: boolean;
  /** Other Secrets that the access has in another mode. */
  readonly earlierSecrets: readonly string[];
  /** The pods call as a role: there is no Secret, or one with a token. */
  readonly identity?: Pick<DesiredIdentity, 'serviceAccount' | 'volumes' | 'sidecars' | 'token'>;
}

export type WorkloadEdit =
  | {
      readonly changes: readonly YamlChange[];
      /** Variables that held something else before. */
      readonly replaced: readonly { readonly container: string; readonly variable: string; readonly before: string }[];
    }
  | { readonly problem: 'container-missing' | 'container-ambiguous'; readonly names: readonly string[]; readonly missing: readonly string[] }
  /** The pods run as another ServiceAccount than the one that the role trusts. */
  | { readonly problem: 'service-account-differs'; readonly runsAs: string; readonly wanted: string }
  /** A key that somebody else put there would hide the role. */
  | { readonly problem: 'static-key-hides-identity'; readonly container: string }
  /** A sidecar would serve sessions on the node's loopback. */
  | { readonly problem: 'host-network-shares-identity' }
  /** A container that starts before the sidecar which gives the session. */
  | { readonly problem: 'init-container-before-sidecar'; readonly container: string };

/** Where each kind keeps its pod template (Kubernetes API reference). */
const templates: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Keys of a container that `env` comes after, where it is new: what a reader looks for first stays first. */
const beforeEnvironment = ['name', 'image', 'imagePullPolicy', 'command', 'args', 'workingDir', 'ports', 'envFrom'];

export const reloadAnnotation = 'secret.reloader.stakater.com/reload';

export function isWorkloadKind(kind: string): boolean {
  return Object.hasOwn(templates, kind);
}

/** The changes that give a workload its variables; none where it has them. */
export function environmentEdit(kind: string, object: unknown, wanted: WantedEnvironment): WorkloadEdit {
  const chosen = containersFor(kind, object, wanted.containers);
  if ('problem' in chosen) return chosen;
  const changes: YamlChange[] = [];
  const replaced: { container: string; variable: string; before: string }[] = [];
  if (wanted.identity !== undefined) {
    const problem = identityProblem(kind, object, chosen.containers, wanted);
    if (problem !== undefined) return problem;
    changes.push(...volumeChanges(object, podOf(kind), chosen.containers.map(({ path }) => path), wanted.identity.volumes), ...sidecarChanges(object, podOf(kind), wanted.identity.sidecars));
  }
  for (const { path, name } of chosen.containers) {
    const present = listIn(object, [...path, 'env']);
    for (const variable of wanted.variables) {
      const entry = entryOf(variable, wanted);
      const index = present.findIndex((candidate) => getIn(candidate, ['name']) === variable.name);
      if (index < 0) changes.push({ type: 'add', path: [...path, 'env'], item: entry, after: beforeEnvironment });
      else if (!isDeepStrictEqual(present[index], entry)) {
        changes.push({ type: 'set', path: [...path, 'env', index], value: entry });
        replaced.push({ container: name, variable: variable.name, before: shown(present[index]) });
      }
    }
  }
  // At the end, so that the places of what is set stay true.
  changes.push(...chosen.containers.flatMap(({ path }) => earlierVariables(object, path, wanted)));
  if (wanted.identity !== undefined) {
    const { volumes, sidecars } = wanted.identity;
    changes.push(...volumeRemoval(object, podOf(kind), allContainers(kind, object).filter(({ name }) => !isSidecar(name)).map(({ path }) => path), [...volumes, ...volumesOf(sidecars)]));
    changes.push(...sidecarRemoval(object, podOf(kind), sidecars));
  }
  return { changes: [...annotationChanges(kind, object, wanted), ...changes], replaced };
}

/** The changes that take out what {@link environmentEdit} put in: references to this access's Secrets and ConfigMap, and the annotations. */
export function environmentRemoval(kind: string, object: unknown, { access, secrets, configMap }: Pick<WantedEnvironment, 'access' | 'configMap'> & { readonly secrets: readonly string[] }): readonly YamlChange[] {
  if (getIn(object, ['metadata', 'annotations', annotationKeys.access]) !== access) return [];
  const changes: YamlChange[] = [];
  for (const { path } of allContainers(kind, object)) {
    const entries = listIn(object, [...path, 'env']);
    const ours = entries.flatMap((entry, index) => (secrets.some((secret) => getIn(entry, ['valueFrom', 'secretKeyRef', 'name']) === secret) || getIn(entry, ['valueFrom', 'configMapKeyRef', 'name']) === configMap ? [index] : []));
    // From the end on, so that the places of the others stay true.
    for (const index of ours.toReversed()) changes.push({ type: 'remove', path: [...path, 'env', index] });
  }
  changes.push(...volumeRemoval(object, podOf(kind), allContainers(kind, object).filter(({ name }) => !isSidecar(name)).map(({ path }) => path)), ...sidecarRemoval(object, podOf(kind)));
  const annotations = ['metadata', 'annotations'];
  changes.push({ type: 'remove', path: [...annotations, annotationKeys.access] });
  const template = [...(templates[kind] ?? []), 'metadata', 'annotations', annotationKeys.environment];
  if (getIn(object, template) !== undefined) changes.push({ type: 'remove', path: template });
  const reloaded = getIn(object, [...annotations, reloadAnnotation]);
  if (typeof reloaded === 'string' && namesIn(reloaded).some((name) => secrets.includes(name))) {
    const others = namesIn(reloaded).filter((name) => !secrets.includes(name));
    changes.push(others.length === 0 ? { type: 'remove', path: [...annotations, reloadAnnotation] } : { type: 'set', path: [...annotations, reloadAnnotation], value: others.join(',') });
  }
  return changes;
}

/** The entries of `env` as they are written, for a workload that no file holds. */
export function environmentEntries(wanted: Pick<WantedEnvironment, 'variables' | 'secret' | 'configMap'>): readonly unknown[] {
  return wanted.variables.map((variable) => entryOf(variable, wanted));
}

function entryOf(variable: PlacedVariable, { secret, configMap }: Pick<WantedEnvironment, 'secret' | 'configMap'>): unknown {
  const from = { name: variable.in === 'secret' ? secret : configMap, key: variable.key };
  return { name: variable.name, valueFrom: variable.in === 'secret' ? { secretKeyRef: from } : { configMapKeyRef: from } };
}

function annotationChanges(kind: string, object: unknown, wanted: WantedEnvironment): readonly YamlChange[] {
  const changes: YamlChange[] = [];
  const set = (path: YamlPath, value: string, after: readonly string[]): void => {
    if (getIn(object, path) !== value) changes.push({ type: 'set', path, value, after });
  };
  const own = ['metadata', 'annotations'];
  set([...own, annotationKeys.access], wanted.access, []);
  const template = templates[kind] ?? [];
  // A Job's template cannot change (Kubernetes, "Jobs": the field is immutable), and the next run of a CronJob reads anew.
  const restarts = !['Job', 'CronJob'].includes(kind);
  if (restarts && wanted.digest !== '') set([...template, 'metadata', 'annotations', annotationKeys.environment], wanted.digest, []);
  if (restarts && wanted.digest !== '' && wanted.reloader && (wanted.identity === undefined || wanted.identity.token !== undefined) && !restartsByItself(object, template)) {
    const names = namesIn(getIn(object, [...own, reloadAnnotation]));
    if (!names.includes(wanted.secret)) set([...own, reloadAnnotation], [...names, wanted.secret].join(','), []);
  }
  return changes;
}

/** Reloader's annotations that mean every Secret (stakater/Reloader README). */
function restartsByItself(object: unknown, template: YamlPath): boolean {
  return [['metadata', 'annotations'], [...template, 'metadata', 'annotations']].some((path) =>
    ['reloader.stakater.com/auto', 'secret.reloader.stakater.com/auto'].some((key) => String(getIn(object, [...path, key])) === 'true'),
  );
}

function namesIn(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()).filter((name) => name !== '') : [];
}

const staticKeys: ReadonlySet<unknown> = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']);
const credentialVariables: ReadonlySet<unknown> = new Set([...staticKeys, credentialFields.apiKey]);

/** AWS SDKs take a key from the environment before a token file (SDKs and tools reference guide, "Standardized credential providers"). */
function identityProblem(kind: string, object: unknown, containers: readonly ContainerPlace[], { identity, secret, earlierSecrets }: WantedEnvironment): Extract<WorkloadEdit, { problem: string }> | undefined {
  const ours = new Set<unknown>([secret, ...earlierSecrets]);
  const spec = podOf(kind);
  const named = getIn(object, [...spec, 'serviceAccountName']) ?? getIn(object, [...spec, 'serviceAccount']);
  const runsAs = typeof named === 'string' ? named : 'default';
  if (identity?.serviceAccount !== undefined && runsAs !== identity.serviceAccount) return { problem: 'service-account-differs', runsAs, wanted: identity.serviceAccount };
  if ((identity?.sidecars.length ?? 0) > 0) {
    if (getIn(object, [...spec, 'hostNetwork']) === true) return { problem: 'host-network-shares-identity' };
    const early = containers.find(({ init }) => init);
    if (early !== undefined) return { problem: 'init-container-before-sidecar', container: early.name };
  }
  // Clients take a bearer token before a key.
  const hiding = identity?.token !== undefined ? undefined : containers.find(({ path }) => listIn(object, [...path, 'env']).some((entry) => staticKeys.has(getIn(entry, ['name'])) && !ours.has(getIn(entry, ['valueFrom', 'secretKeyRef', 'name']))));
  return hiding === undefined ? undefined : { problem: 'static-key-hides-identity', container: hiding.name };
}

/** The key that this access gave the workload before it had a role, and what refers to a key that the ConfigMap has no more: such a pod would not start. */
function earlierVariables(object: unknown, path: YamlPath, { secret, earlierSecrets, configMap, variables, identity }: WantedEnvironment): readonly YamlChange[] {
  const wanted = new Set(variables.map(({ name }) => name));
  const held = new Set<unknown>(variables.map(({ key }) => key));
  const ours = new Set<unknown>([secret, ...earlierSecrets]);
  const ofKey = (entry: unknown): boolean => credentialVariables.has(getIn(entry, ['name'])) && !wanted.has(String(getIn(entry, ['name']))) && ours.has(getIn(entry, ['valueFrom', 'secretKeyRef', 'name']));
  const ofNothing = (entry: unknown): boolean => identity !== undefined && getIn(entry, ['valueFrom', 'configMapKeyRef', 'name']) === configMap && !held.has(getIn(entry, ['valueFrom', 'configMapKeyRef', 'key'])) && !wanted.has(String(getIn(entry, ['name'])));
  return listIn(object, [...path, 'env'])
    .flatMap((entry, index) => (ofKey(entry) || ofNothing(entry) ? [index] : []))
    .toReversed()
    .map((index): YamlChange => ({ type: 'remove', path: [...path, 'env', index] }));
}

function podOf(kind: string): YamlPath {
  return [...(templates[kind] ?? []), 'spec'];
}

interface ContainerPlace {
  readonly name: string;
  readonly init: boolean;
  readonly path: YamlPath;
}

function containersFor(kind: string, object: unknown, names: readonly string[] | undefined): { readonly containers: readonly ContainerPlace[] } | Extract<WorkloadEdit, { problem: string }> {
  const all = allContainers(kind, object);
  const known = all.map(({ name }) => name);
  if (names === undefined) {
    const plain = all.filter(({ init }) => !init);
    return plain.length === 1 ? { containers: plain } : { problem: 'container-ambiguous', names: known, missing: [] };
  }
  const missing = names.filter((name) => !known.includes(name));
  return missing.length > 0 ? { problem: 'container-missing', names: known, missing } : { containers: all.filter(({ name }) => names.includes(name)) };
}

function allContainers(kind: string, object: unknown): readonly ContainerPlace[] {
  const spec = [...(templates[kind] ?? []), 'spec'];
  return ['containers', 'initContainers'].flatMap((field) =>
    listIn(object, [...spec, field]).map((container, index) => {
      const name = getIn(container, ['name']);
      return { name: typeof name === 'string' ? name : '', init: field === 'initContainers', path: [...spec, field, index] };
    }),
  );
}

function listIn(object: unknown, path: YamlPath): readonly unknown[] {
  const value = getIn(object, path);
  return Array.isArray(value) ? value : [];
}

/** What an entry held, for a message; a credential written in plain text is not repeated. */
function shown(entry: unknown): string {
  for (const [field, what] of [['secretKeyRef', 'Secret'], ['configMapKeyRef', 'ConfigMap']] as const) {
    const from = getIn(entry, ['valueFrom', field]);
    if (isRecord(from)) return `${what} ${String(from['name'])}, ${String(from['key'])}`;
  }
  const value = getIn(entry, ['value']);
  if (typeof value !== 'string') return 'something else';
  return /SECRET|TOKEN|PASSWORD|ACCESS_KEY/.test(String(getIn(entry, ['name']))) ? 'a plain value' : JSON.stringify(value);
}
