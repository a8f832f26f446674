/**
 * The variables of a workload's containers: a fragment of somebody else's object, put in by server-side apply under the
 * field manager `bedrock-access`. Every variable is a reference to our ConfigMap or Secret, and annotations of the pod
 * template restart the pods when what is referred to changes.
 */
import { createHash } from 'node:crypto';
import type { Workload } from '../access/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { podsWithout, startMark } from './given-at-start.ts';
import { gitOpsKeeper, type GitOpsKeeper } from './gitops.ts';
import { canonicalJson, textAt } from './json.ts';
import { labelsFound, labelsWanted, type KeptOut } from './kept-out.ts';
import type { Field, Reference, Resolve, ResourceKind, State, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { currentKey } from './user-key.ts';
import { keySortOf } from './key-sort.ts';
import { ours, type Owner, type Ownership } from './owner.ts';
import { sidecarsFound, sidecarsWanted, type PodSidecar } from './pod-sidecars.ts';
import type { PodToken } from './pod-role.ts';
import type { PodVolume } from './pod-volumes.ts';
import type { Readings } from './readings.ts';
import { awaitedOfReloader, notReloading, reloadersOf, reloading, type Reloading } from './reloader.ts';
import { ownProfiles } from './profile-ids.ts';
import { ended, hasGap, rolledOut, rollOutNotices } from './roll-out.ts';
import { workloadVariables, type PlacedVariable } from './variables.ts';
import { containersFor, containersOf, ownedVariables, shownVariable, variableNamed, withSourced, type Container } from './workload-containers.ts';
import { workloadReference, workloadShape, workloadShapes } from './workload-kinds.ts';
import { exportEdit, removalEdit, workloadProblems } from './workload-problems.ts';
import { desiredIdentity, volumesFound, volumesWanted } from './workload-identity.ts';
import { writeEnvironment } from './write-environment.ts';

export interface DesiredEnvironment {
  readonly workload: Workload;
  readonly namespace: string;
  readonly variables: readonly PlacedVariable[];
  readonly secret: Field;
  readonly configMap: Field;
  /** The same two as they will be, to compare and to tell before they exist. */
  readonly secretName: string;
  readonly configMapName: string;
  /** Id of the key that the Secret holds; empty where it holds none. */
  readonly credential: Field;
  /** The pods' own identity, in place of a Secret. */
  readonly identity?: DesiredIdentity;
  /** While it stands beside another mode. */
  readonly keptOut?: KeptOut;
  /** Digest of the values that the variables refer to; empty where a change restarts nothing. */
  readonly digest: string;
  /** The application profiles that those values name: the digest is of their ids too. */
  readonly profiles: readonly Reference[];
  /** Git, or who makes the Job, puts the references in; the program never writes it. */
  readonly byOthers: boolean;
}

export interface DesiredIdentity {
  /** Where the declaration speaks of it: `spec.credentials.webIdentity`. */
  readonly field: string;
  readonly serviceAccount?: string;
  readonly volumes: readonly PodVolume[];
  readonly sidecars: readonly PodSidecar[];
  /** The pods are changed when the role is there and may call. */
  readonly role: Field;
  readonly ready: readonly Field[];
  /** A variable that others put into a pod when it is made, once the thing with this id is there. */
  readonly givenAtStart?: { readonly by: Field; readonly variable: string; readonly keptOutBy: string };
  /** A Secret of the mode's own, whose token is a variable. */
  readonly token?: PodToken;
  /** Variables for which SDKs pass over it. */
  readonly hiddenBy: readonly string[];
}

export interface ObservedEnvironment {
  readonly object: KubernetesObject;
  /** The containers that the access means. */
  readonly containers: readonly Container[];
  readonly keeper?: GitOpsKeeper;
  readonly byOthers: boolean;
  /** Variables that somebody else refers from to our ConfigMap or Secret: `app: AWS_REGION`. */
  readonly theirReferences: readonly string[];
  readonly reloading: Reloading;
  /** Those that are wanted: of what stands there, only the fields that they speak of are compared. */
  readonly sidecars: readonly PodSidecar[];
  /** Only where it matters how long they take to start. */
  readonly pods: readonly KubernetesObject[];
  /** Pods of the present template that went without what others give them at their start. */
  readonly without: readonly string[];
}

export const workloadEnvironment: ResourceKind<DesiredEnvironment, ObservedEnvironment> = {
  kind: 'workload-environment',
  where: 'kubernetes',

  desired(implied) {
    const { metadata, spec } = implied.access;
    const byOthers = (workload: Workload): boolean => spec.managedBy.cluster === 'manifests' || workloadShape(workload.kind).fixedTemplate;
    const identity = desiredIdentity(implied);
    const sort = keySortOf(implied.access);
    return workloadVariables(implied).map(({ workload, variables }) => ({
      kind: 'workload-environment',
      key: `${workload.kind}/${workload.name}`,
      name: `${workload.kind} ${workload.name}`,
      desired: {
        workload,
        namespace: metadata.namespace,
        variables,
        secret: identity === undefined ? reference('external-secret', 'secret', 'name') : (identity.token?.secret ?? ''),
        configMap: reference('environment-config-map', 'environment', 'name'),
        secretName: identity?.token?.secretName ?? spec.names.secret,
        configMapName: spec.names.environment,
        credential: identity?.token?.id ?? (sort === undefined ? '' : currentKey(sort).id),
        ...(identity === undefined ? {} : { identity }),
        digest: spec.restart === 'never' || !workloadShape(workload.kind).rollsOut ? '' : digestOf(variables),
        profiles: ownProfiles(variables.map((variable) => (variable.in === 'config-map' ? (variable.value ?? '') : ''))),
        byOthers: byOthers(workload),
      },
      ...(byOthers(workload) ? { required: true } : {}),
    }));
  },
  identity: ({ desired }) => `${desired.workload.kind} ${desired.namespace}/${desired.workload.name}`,

  async observe({ desired }, readings) {
    const { workload, namespace } = desired;
    const { apiVersion } = workloadShape(workload.kind);
    const object = await readings.object({ apiVersion, kind: workload.kind, namespace, name: workload.name });
    return object === undefined ? undefined : observed(object, containersFor(object, workload.containers), readings, desired);
  },
  async strays(where, readings) {
    const found = await Promise.all(workloadShapes.map((shape) => ofOwner(shape.kind, where.owner, readings)));
    const left = found.flat().filter((object) => !where.accounted.has(`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`));
    return Promise.all(
      left.map(async (object): Promise<Stray<ObservedEnvironment>> => ({
        name: `${object.kind} ${object.metadata.name ?? ''}`,
        observed: await observed(object, containersOf(object), readings),
        reason: 'not in the declaration any more',
      })),
    );
  },
  // What others make is there when it is there; what the program writes, when it has written it.
  present: ({ object, byOthers }) => byOthers || object.metadata.annotations?.[annotationKeys.access] !== undefined,
  ownership: ({ object }, owner) => fragmentOwner(object, owner),

  expected,
  found: ({ object, containers, sidecars }) => ({ ...variablesFound(containers), ...annotationsFound(object), ...labelsFound(object), ...volumesFound(object, containers), ...sidecarsFound(object, sidecars) }),
  going: ({ object, containers }) => ({ ...variablesFound(containers.map((container) => ({ ...container, variables: ownedVariables(container) }))), ...annotationsFound(object) }),
  problems: (resource, seen, owner, adopt) => workloadProblems(resource, seen, wanted(resource.desired, seen), owner, adopt),
  handOver: (resource, seen) => exportEdit(resource.desired, seen, wanted(resource.desired, seen)),
  endsPods: ({ object }) => workloadShape(object.kind).rollsOut,
  notices: (_resource, seen) => rollOutNotices(seen.object, seen.pods),
  handOverRemoval: removalEdit,

  foreseen: (_desired) => ({}),
  outputs: (_observed) => ({}),

  create: writeEnvironment,
  update: (desired, _observed, _differences, hands) => writeEnvironment(desired, hands),
  async remove({ object }, hands) {
    const target = workloadReference(object);
    if ((await hands.kubernetes.get(target)) === undefined) return;
    // An apply without fields gives up all that the manager owned (Kubernetes, "Server-Side Apply", clearing managed fields).
    await hands.kubernetes.apply({ apiVersion: target.apiVersion, kind: target.kind, metadata: { namespace: target.namespace, name: target.name } });
  },

  async settle(desired, hands) {
    const { workload, namespace, secretName, configMapName } = desired;
    const { apiVersion, kind } = workloadShape(workload.kind);
    // What the pods called through before is taken away when this has settled.
    const waiting = (await rolledOut(kind, namespace, workload.name, hands)) ?? (desired.profiles.length === 0 ? undefined : await ended(namespace, workload.name, hands));
    if (waiting !== undefined || desired.digest === '') return waiting;
    const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name: workload.name });
    if (object === undefined) return undefined;
    const { secret, configMap } = reloading(object, { secret: secretName, configMap: configMapName }, await reloadersOf(hands.readings));
    const sources = [...(secret ? [{ kind: 'Secret', name: secretName } as const] : []), ...(configMap ? [{ kind: 'ConfigMap', name: configMapName } as const] : [])];
    return awaitedOfReloader(object, sources, hands);
  },
  settleRemoval: ({ object }, hands) => rolledOut(object.kind, object.metadata.namespace ?? '', object.metadata.name ?? '', hands),
  patience: {
    seconds: 900,
    id: 'roll-out-not-done',
    cause: 'The new pods do not become available, or old ones do not end.',
    remedy: 'Look at the pods (kubectl get pods, kubectl describe pod). Everything else is in place; run the same command again to wait on.',
  },
  // A pod started before the Secret is there would fail, or go on with the old key.
  afterSettled: true,

  permissions: [],
  // A Job is looked at, and never written or searched for: its template is fixed.
  clusterRules: workloadShapes.map(({ apiVersion, plural, fixedTemplate }) => ({ apiGroups: [apiVersion.split('/')[0] ?? ''], resources: [plural], verbs: fixedTemplate ? ['get'] : ['get', 'list', 'patch'] })),
  repeatable: [],
};

async function observed(object: KubernetesObject, containers: readonly Container[], readings: Readings, desired?: DesiredEnvironment): Promise<ObservedEnvironment> {
  const keeper = gitOpsKeeper(object);
  const names = { secret: desired?.secretName ?? '', configMap: desired?.configMapName ?? '' };
  const sources = (desired?.variables ?? []).map((variable) => ({
    name: variable.name,
    key: variable.key,
    field: variable.in === 'secret' ? ('secretRef' as const) : ('configMapRef' as const),
    source: variable.in === 'secret' ? names.secret : names.configMap,
  }));
  const complete = containers.map((container) => withSourced(container, sources));
  const restarts = desired !== undefined && desired.digest !== '';
  const given = desired?.identity?.givenAtStart;
  const [reloaders, pods] = await Promise.all([restarts ? reloadersOf(readings) : [], restarts && (hasGap(object) || given !== undefined) ? readings.objects('v1', 'Pod', { namespace: desired.namespace }) : []]);
  return {
    object,
    sidecars: desired?.identity?.sidecars ?? [],
    byOthers: desired?.byOthers === true,
    containers: complete,
    theirReferences: complete.flatMap((container) =>
      (desired?.variables ?? []).flatMap((variable) => {
        const there = variableNamed(container, variable.name);
        const reference = shownReference(variable, variable.in === 'secret' ? names.secret : names.configMap);
        return there !== undefined && !there.ours && shownVariable(there) === reference ? [`${container.name}: ${variable.name}`] : [];
      }),
    ),
    reloading: restarts ? reloading(object, names, reloaders) : notReloading,
    pods: pods.filter(({ metadata }) => metadata.name?.startsWith(`${object.metadata.name ?? ''}-`) === true),
    without: given === undefined ? [] : podsWithout(given.variable, object, pods),
    ...(keeper === undefined ? {} : { keeper }),
  };
}

/** Workloads of a kind that carry the access's annotation; of a kind that the cluster does not serve there is none. */
async function ofOwner(kind: string, owner: Owner, readings: Readings): Promise<readonly KubernetesObject[]> {
  const { apiVersion, fixedTemplate } = workloadShape(kind);
  if (fixedTemplate || (kind === 'Rollout' && (await readings.servedVersions('argoproj.io', kind)).length === 0)) return [];
  const objects = await readings.objects(apiVersion, kind, { namespace: owner.namespace });
  // A list's items carry neither kind nor version.
  return objects.filter((object) => object.metadata.annotations?.[annotationKeys.access] === owner.name).map((object) => ({ ...object, apiVersion, kind }));
}

function fragmentOwner(object: KubernetesObject, owner: Owner): Ownership {
  const access = object.metadata.annotations?.[annotationKeys.access];
  if (access === undefined || access === owner.name) return ours;
  return { by: 'another-access', owner: { ...owner, name: access } };
}

/** Of the values that the variables refer to, ids of application profiles in place; undefined while one is known only after apply. */
export function environmentDigest({ digest, profiles }: Pick<DesiredEnvironment, 'digest' | 'profiles'>, resolve: Resolve): string | undefined {
  if (profiles.length === 0) return digest;
  const ids = profiles.map((profile) => resolve(profile));
  return ids.includes(undefined) ? undefined : digestOf([digest, ...ids]);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

/** One line for each variable of each container: `env AWS_REGION of app`. */
function expected(desired: DesiredEnvironment, resolve: Resolve, seen?: ObservedEnvironment): State {
  const lines: Record<string, string | undefined> = {};
  for (const container of seen?.containers ?? []) {
    // What we put there once and is not wanted any more shall go; what others put there is none of our business.
    for (const { name } of ownedVariables(container)) lines[line(name, container)] = '';
    for (const variable of desired.variables) {
      const source = resolve(variable.in === 'secret' ? desired.secret : desired.configMap);
      lines[line(variable.name, container)] = source === undefined ? undefined : shownReference(variable, source);
    }
  }
  if (desired.identity !== undefined) Object.assign(lines, volumesWanted(desired.identity, seen?.containers ?? []));
  Object.assign(lines, sidecarsWanted(desired.identity?.sidecars ?? [], seen?.object, resolve), labelsWanted(desired.keptOut, desired.identity?.givenAtStart?.keptOutBy, seen?.object));
  if (desired.digest !== '') {
    // Where Reloader restarts for one of the two, the program does not.
    const given = desired.identity?.givenAtStart;
    const id = given === undefined ? undefined : resolve(given.by);
    if (given !== undefined) lines['restart for credential'] = id === undefined || seen === undefined ? id : startMark(id, seen.object, seen.without);
    else if (seen?.reloading.secret !== true && (desired.identity === undefined || desired.identity.token !== undefined)) lines['restart for credential'] = resolve(desired.credential);
    if (seen?.reloading.configMap !== true) lines['restart for environment'] = environmentDigest(desired, resolve);
  }
  return lines;
}

/** Expected, with the names of Secret and ConfigMap known before they exist; the key's id is not needed to compare variables. */
function wanted(desired: DesiredEnvironment, seen: ObservedEnvironment | undefined): State {
  return expected(desired, (field) => (field === desired.secret ? desired.secretName : field === desired.configMap ? desired.configMapName : undefined), seen);
}

function line(variable: string, container: Container): string {
  return `env ${variable} of ${container.name}`;
}

function shownReference(variable: PlacedVariable, source: string): string {
  return `${variable.in === 'secret' ? 'Secret' : 'ConfigMap'} ${source}, ${variable.key}`;
}

function variablesFound(containers: readonly Container[]): State {
  return Object.fromEntries(containers.flatMap((container) => container.variables.map((variable) => [line(variable.name, container), shownVariable(variable)])));
}

function annotationsFound(object: KubernetesObject): State {
  const path = [...workloadShape(object.kind).template, 'metadata', 'annotations'];
  return {
    'restart for credential': textAt(object, ...path, annotationKeys.credential) ?? '',
    'restart for environment': textAt(object, ...path, annotationKeys.environment) ?? '',
  };
}
