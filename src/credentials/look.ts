import { clientProfile } from '../access/clients/index.ts';
import { keyMode } from '../access/credential-mode.ts';
import type { Access, Workload } from '../access/types.ts';
import { footprint as footprintOf } from '../engine/footprint.ts';
import { observe } from '../engine/observe.ts';
import { withMarkedDenial } from '../engine/session-denial.ts';
import type { Footprint, Observation, RunContext } from '../engine/types.ts';
import { selectorOf } from '../engine/verify/gather-pods.ts';
import { readSecret, type ReadSecret } from '../engine/verify/gather-delivery.ts';
import { openInquiry } from '../engine/verify/inquiry.ts';
import { holdsOldKey } from '../checks/live/pod-older-than-secret.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from '../resources/annotations.ts';
import { at, recordsAt, textAt } from '../resources/json.ts';
import { sortNamed } from '../resources/key-sort.ts';
import { recordingParameter, type AccessParameter } from '../resources/parameter-names.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { workloadShape } from '../resources/workload-kinds.ts';
import { storeOf } from '../resources/stores/index.ts';
import { reloadersOf, reloading } from '../resources/reloader.ts';
import { rotationMark } from '../resources/rotation-mark.ts';
import { denialDue } from './session-denial.ts';
import { withoutCredentialJob } from './rotation-footprints.ts';
import type { RotationSeen, SeenWorkload } from './types.ts';

export interface Looked {
  readonly footprint: Footprint;
  readonly observation: Observation;
  readonly seen: RotationSeen;
}

/** Looks at an access as a rotation sees it; only reads. */
export async function look(access: Access, context: RunContext): Promise<Looked> {
  const sort = sortNamed(keyMode(access, 'a rotation').mode);
  const { catalog, clusterId, clock } = context;
  const readings = takeReadings(context.aws, context.kubernetes);
  const footprint = await withMarkedDenial(withoutCredentialJob(footprintOf(access, { catalog, clusterId, now: clock.now() })), readings, clock.now());
  const observation = await observe(footprint, context, readings);
  const { user: userName } = access.spec.names;
  const parameter = recordingParameter(access);
  const [user, secret, recordedIn] = await Promise.all([readings.user(userName), readSecret(openInquiry(access, context)), readings.parameter(parameter)]);
  const keys = user === undefined ? [] : await sort.read(userName, readings);
  const recorded = recordedIn?.keyId;
  const workloads = await Promise.all(access.spec.workloads.map((workload) => lookAtWorkload(workload, access, { recorded, secret }, readings)));
  const others = lookAtOthers(await readings.objects('v1', 'Pod', { namespace: access.metadata.namespace }), new Set(workloads.flatMap(({ pods }) => pods)), access, { recorded, secret });
  const mark = rotationMark(user);
  const denial = denialDue(user, access.spec.names.policy, observation, clock.now());
  const inSecret = secret?.pair?.accessKeyId;
  const held = leaving(keys.map(({ id }) => id), mark?.from, recorded, [...(inSecret === undefined ? [] : [inSecret]), ...workloads.flatMap(({ held }) => held)]);
  const from = held ?? (await recordedBefore(keys.map(({ id }) => id), recorded, parameter, context));
  const lastUsed = from === undefined || from === recorded || sort.lastUse === undefined ? undefined : (await context.aws.iam.accessKeyUse(userName, from))?.at;
  const lost = observation.strays.filter(({ kind }) => kind === sort.kind).map(({ name }) => name.split(' ')[0]);
  return {
    footprint,
    observation,
    seen: {
      access,
      keys,
      unknown: keys.map(({ id }) => id).filter((id) => ![recorded, from, mark?.to, ...lost].includes(id)),
      workloads: [...workloads.map(({ workload }) => workload), ...others],
      ...(mark === undefined ? {} : { mark }),
      ...(denial === undefined ? {} : { denial }),
      ...(recorded === undefined ? {} : { recorded }),
      ...(inSecret === undefined ? {} : { inSecret }),
      ...(from === undefined ? {} : { from }),
      ...(lastUsed === undefined ? {} : { lastUsed }),
    },
  };
}

/** The key that is left: as the mark says; where the mark is gone, the one that Secret or pods still hold. */
function leaving(keys: readonly string[], marked: string | undefined, recorded: string | undefined, held: readonly string[]): string | undefined {
  if (marked !== undefined && keys.includes(marked)) return marked;
  return held.find((id) => id !== recorded && keys.includes(id));
}

/** A second key that nothing names any more: an earlier version of our parameter may, and then it was in use once. */
async function recordedBefore(keys: readonly string[], recorded: string | undefined, parameter: AccessParameter, { aws }: RunContext): Promise<string | undefined> {
  const others = keys.filter((id) => id !== recorded);
  if (recorded === undefined || keys.length < 2 || others.length !== 1) return undefined;
  const history = await storeOf(parameter).keyIdsThrough(parameter.name, parameter.region, aws);
  return others.find((id) => history.includes(id));
}

/** The key that is handed out, and what the Secret holds. */
interface HandedOut {
  readonly recorded: string | undefined;
  readonly secret: ReadSecret | undefined;
}

async function lookAtWorkload(
  { kind, name, client }: Workload,
  access: Access,
  { recorded, secret }: HandedOut,
  readings: Readings,
): Promise<{ readonly workload: SeenWorkload; readonly held: readonly string[]; readonly pods: readonly string[] }> {
  const { namespace } = access.metadata;
  const { apiVersion, rollsOut } = workloadShape(kind);
  const object = await readings.object({ apiVersion, kind, namespace, name });
  const selector = object === undefined ? '' : selectorOf(object);
  const pods = selector === '' ? [] : (await readings.objects('v1', 'Pod', { namespace, labelSelector: selector })).filter(mayCall);
  const reloads = object !== undefined && reloading(object, { secret: access.spec.names.secret, configMap: access.spec.names.environment }, await reloadersOf(readings)).secret;
  const byGit = access.spec.managedBy.cluster === 'manifests';
  // Where somebody else restarts it, nobody keeps our annotation true.
  const annotated = rollsOut && !reloads && !byGit && access.spec.restart !== 'never';
  const byHand = !rollsOut ? runsToItsEnd : access.spec.restart === 'never' ? `spec.restart is never: \`${restartCommand(kind, name, namespace)}\`` : object === undefined ? undefined : (restartedByHand(object) ?? (byGit && !reloads ? keptByGit(kind, name, namespace) : undefined));
  const gap = object === undefined ? undefined : gapOf(object, pods);
  return {
    workload: {
      name: `${kind} ${name}`,
      oldPods: pods.filter((pod) => !holds(pod, recorded, secret, annotated)).map(({ metadata }) => metadata.name ?? ''),
      startsOwnContainers: clientProfile(client).startsOwnContainers,
      ...(byHand === undefined ? {} : { byHand }),
      ...(gap === undefined ? {} : { gap }),
    },
    held: annotated ? pods.flatMap(({ metadata }) => metadata.annotations?.[annotationKeys.credential] ?? []) : [],
    pods: pods.map(({ metadata }) => metadata.name ?? ''),
  };
}

/** Runs of a CronJob, and whatever else takes a variable from the Secret: by whom they were made, as far as they may hold another key. */
function lookAtOthers(pods: readonly KubernetesObject[], known: ReadonlySet<string>, { metadata: { namespace }, spec }: Access, { recorded, secret }: HandedOut): readonly SeenWorkload[] {
  const holding = pods.filter((pod) => mayCall(pod) && !known.has(pod.metadata.name ?? '') && takesFrom(pod, spec.names.secret) && !holds(pod, recorded, secret, false));
  return [...Map.groupBy(holding, makerOf)].map(([maker, of]) => ({
    name: maker,
    oldPods: of.map(({ metadata }) => metadata.name ?? ''),
    startsOwnContainers: false,
    byHand: maker.startsWith('Job ') ? runsToItsEnd : `the program restarts no workload that is not declared: restart it, or \`kubectl delete pod ${of[0]?.metadata.name ?? ''} -n ${namespace}\``,
  }));
}

/** `Job openhands-29384710`; of a pod by itself, `Pod notebook`. */
function makerOf({ metadata }: KubernetesObject): string {
  const [owner] = metadata.ownerReferences ?? [];
  return owner === undefined ? `Pod ${metadata.name ?? ''}` : `${owner.kind} ${owner.name}`;
}

/** By its environment, which is read once. A mounted file follows the Secret (Kubernetes docs, "Secrets", mounted Secrets are updated automatically). */
function takesFrom(pod: KubernetesObject, secret: string): boolean {
  return [...recordsAt(pod, 'spec', 'containers'), ...recordsAt(pod, 'spec', 'initContainers')].some(
    (container) => recordsAt(container, 'env').some((entry) => textAt(entry, 'valueFrom', 'secretKeyRef', 'name') === secret) || recordsAt(container, 'envFrom').some((source) => textAt(source, 'secretRef', 'name') === secret),
  );
}

const runsToItsEnd = 'it runs to its end, and the next run has the new key';

/** A pod that is ending still runs, and still calls, until it is gone (Kubernetes docs, "Termination of Pods"). */
export function mayCall(pod: KubernetesObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** A pod started for the recorded key holds it; one that nobody marked holds it when it started after the Secret changed to it. */
function holds(pod: KubernetesObject, recorded: string | undefined, secret: ReadSecret | undefined, annotated: boolean): boolean {
  const startedFor = annotated ? pod.metadata.annotations?.[annotationKeys.credential] : undefined;
  if (startedFor !== undefined && startedFor === recorded) return true;
  const key = secret?.pair?.accessKeyId;
  if (secret === undefined || key === undefined || key !== recorded) return false;
  if (startedFor !== undefined) return false;
  const statuses = [...recordsAt(pod, 'status', 'containerStatuses'), ...recordsAt(pod, 'status', 'initContainerStatuses')];
  const started = statuses.flatMap((status) => {
    const text = textAt(status, 'state', 'running', 'startedAt');
    return text === undefined ? [] : [new Date(text)];
  });
  return started.every((startedAt) => !holdsOldKey({ startedAt }, { secretChangedAt: secret.changedAt, secretKeyId: key }));
}

/** `managedBy.cluster: manifests`, and no Reloader. */
function keptByGit(kind: string, name: string, namespace: string): string {
  return `git keeps it and no Reloader restarts it: \`${restartCommand(kind, name, namespace)}\``;
}

function restartCommand(kind: string, name: string, namespace: string): string {
  return kind === 'Rollout' ? `kubectl argo rollouts restart ${name} -n ${namespace}` : `kubectl rollout restart ${kind.toLowerCase()}/${name} -n ${namespace}`;
}

export function restartedByHand(object: KubernetesObject): string | undefined {
  const { kind, metadata: { name = '', namespace = '' } } = object;
  if (at(object, 'spec', 'paused') === true) return `it is paused: \`${kind === 'Rollout' ? `kubectl argo rollouts promote ${name}` : `kubectl rollout resume ${kind.toLowerCase()}/${name}`} -n ${namespace}\``;
  return textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete' ? 'updateStrategy OnDelete: new pods come when old ones are deleted by hand' : undefined;
}

/** With `Recreate` no pod runs between the end of the old and the readiness of the new: told by how long the present ones took. */
export function gapOf(object: KubernetesObject, pods: readonly KubernetesObject[]): string | undefined {
  if (textAt(object, 'spec', 'strategy', 'type') !== 'Recreate') return undefined;
  const starts = pods.flatMap((pod) => {
    const ready = recordsAt(pod, 'status', 'conditions').find(({ type, status }) => type === 'Ready' && status === 'True');
    const took = Date.parse(textAt(ready, 'lastTransitionTime') ?? '') - Date.parse(pod.metadata.creationTimestamp ?? '');
    return Number.isNaN(took) ? [] : [took / 1000];
  });
  const grace = at(object, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds');
  const ending = typeof grace === 'number' ? grace : 30;
  return `Recreate: no pod runs while the old ones end (up to ${ending} s) and the new ones start${starts.length === 0 ? '' : ` (the last took ${Math.round(Math.max(...starts))} s)`}`;
}
