/** Keeps StatefulSets: pods with ordinals, made and replaced in order (pkg/controller/statefulset). */
import { listAt, numberAt, objectAt, sameJson, textAt, type JsonObject, type ObjectInput, type StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { referenceTo, type Controller, type ControllerTools } from './controller.ts';
import { forgetRevisions, revisionLabel, syncRevisions, templateOf } from './controller-revision.ts';
import { claimed } from './ownership.ts';
import { isAvailable, isOver, isReady, untilAvailable } from './pod.ts';
import { podFromTemplate } from './pod-template.ts';
import { Reported, type Again } from './work-queue.ts';

export const statefulSetController: Controller = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  component: 'statefulset-controller',
  owns: ['Pod'],
  reconcile: reconcileStatefulSet,
};

function reconcileStatefulSet(set: StoredObject, tools: ControllerTools): Again {
  if (set.metadata.deletionTimestamp !== undefined) return undefined;
  const revisions = syncRevisions(set, tools);
  const updateRevision = revisions.update.metadata.name;
  const known = textAt(set, 'status', 'currentRevision');
  const current = revisions.all.find((each) => each.metadata.name === known) ?? revisions.update;
  const pods = claimed(set, 'v1', 'Pod', tools);
  let problem: StatusError | undefined;
  try {
    step(set, pods, { current, update: revisions.update }, tools);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    problem = error;
  }
  const now = tools.clock.time();
  const after = claimed(set, 'v1', 'Pod', tools);
  const status = statusOf(set, after, current.metadata.name, updateRevision, now);
  const latest = tools.store.get(referenceTo(set));
  if (latest !== undefined && !sameJson(status, latest['status'])) tools.store.updateStatus({ ...latest, status }, { manager: tools.manager });
  forgetRevisions(set, revisions, new Set([...after.map(revisionOf), String(status['currentRevision'])]), tools);
  if (problem !== undefined) throw new Reported(problem.message);
  const waits = after.flatMap((pod) => untilAvailable(pod, minReady(set), now) ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

interface RevisionPair {
  readonly current: StoredObject;
  readonly update: StoredObject;
}

/** One step: make what is missing, then scale down from the end, then replace from the end down to the partition (`updateStatefulSet`). */
function step(set: StoredObject, pods: readonly StoredObject[], revisions: RevisionPair, tools: ControllerTools): void {
  const ordered = textAt(set, 'spec', 'podManagementPolicy') !== 'Parallel';
  const start = numberAt(set, 'spec', 'ordinals', 'start') ?? 0;
  const replicas = numberAt(set, 'spec', 'replicas') ?? 1;
  const wanted = Array.from({ length: replicas }, (_, index) => start + index);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const healthy = (pod: StoredObject | undefined): boolean => pod !== undefined && pod.metadata.deletionTimestamp === undefined && isAvailable(pod, minReady(set), tools.clock.time());

  for (const ordinal of wanted) {
    const pod = byOrdinal.get(ordinal);
    if (pod !== undefined && isOver(pod) && pod.metadata.deletionTimestamp === undefined) {
      // A pod that ended is made anew under the same name.
      remove(set, pod, tools);
      return;
    }
    if (pod === undefined) create(set, ordinal, revisions, tools);
    if (ordered && !healthy(pod)) return;
  }
  const surplus = pods.filter((pod) => !wanted.includes(ordinalOf(pod))).sort((left, right) => ordinalOf(right) - ordinalOf(left));
  for (const pod of surplus) {
    if (pod.metadata.deletionTimestamp === undefined) remove(set, pod, tools);
    if (ordered) return;
  }
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  for (const ordinal of wanted.filter((each) => each >= partition).reverse()) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return;
    if (revisionOf(pod) !== revisions.update.metadata.name) {
      if (pod.metadata.deletionTimestamp === undefined) remove(set, pod, tools);
      return;
    }
    if (!healthy(pod)) return;
  }
}

function create(set: StoredObject, ordinal: number, { current, update }: RevisionPair, { store, events, manager }: ControllerTools): void {
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const onDelete = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const revision = !onDelete && ordinal < partition ? current : update;
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(set, templateOf(revision), { name });
  const labelled: ObjectInput = {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata?.labels,
        'apps.kubernetes.io/pod-index': String(ordinal),
        'statefulset.kubernetes.io/pod-name': name,
        [revisionLabel]: revision.metadata.name,
      },
    },
    spec: { ...objectAt(pod, 'spec'), hostname: name, ...(textAt(set, 'spec', 'serviceName') === undefined ? {} : { subdomain: textAt(set, 'spec', 'serviceName') }) },
  };
  try {
    store.create(labelled, { manager });
    events.normal(set, 'SuccessfulCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  } catch (error) {
    events.warning(set, 'FailedCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }
}

function remove(set: StoredObject, pod: StoredObject, { store, events }: ControllerTools): void {
  store.remove(referenceTo(pod));
  events.normal(set, 'SuccessfulDelete', `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
}

function statusOf(set: StoredObject, pods: readonly StoredObject[], current: string, update: string, now: number): JsonObject {
  const replicas = numberAt(set, 'spec', 'replicas') ?? 1;
  const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const of = (revision: string): number => alive.filter((pod) => revisionOf(pod) === revision).length;
  const ready = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Running' && isReady(pod));
  // The update is over once every pod is of it and ready (`completeRollingUpdate`).
  const isDone = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete' && of(update) === replicas && ready.length === replicas && pods.length === replicas;
  const currentRevision = isDone ? update : current;
  const counts = {
    readyReplicas: ready.length,
    currentReplicas: of(currentRevision),
    updatedReplicas: of(update),
  };
  return {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    availableReplicas: pods.filter((pod) => isAvailable(pod, minReady(set), now)).length,
    currentRevision,
    updateRevision: update,
    collisionCount: 0,
    ...(listAt(set, 'status', 'conditions').length === 0 ? {} : { conditions: listAt(set, 'status', 'conditions') }),
  };
}

function minReady(set: StoredObject): number {
  return numberAt(set, 'spec', 'minReadySeconds') ?? 0;
}

function ordinalOf(pod: StoredObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

function revisionOf(pod: StoredObject): string {
  return pod.metadata.labels?.[revisionLabel] ?? '';
}
