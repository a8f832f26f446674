/** Keeps DaemonSets: one pod on the sandbox's one node (pkg/controller/daemon). */
import { numberAt, objectAt, sameJson, textAt, valueAt, type StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { referenceTo, type Controller, type ControllerTools } from './controller.ts';
import { forgetRevisions, hashOf, revisionLabel, syncRevisions } from './controller-revision.ts';
import { nodeName } from './node.ts';
import { claimed } from './ownership.ts';
import { createPod, deletePod } from './pod-control.ts';
import { isAvailable, isOver, isReady, untilAvailable } from './pod.ts';
import { withLabel } from './pod-template.ts';
import { Reported, type Again } from './work-queue.ts';

export const daemonSetController: Controller = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  component: 'daemonset-controller',
  owns: ['Pod'],
  reconcile: reconcileDaemonSet,
};

function reconcileDaemonSet(set: StoredObject, tools: ControllerTools): Again {
  if (set.metadata.deletionTimestamp !== undefined) return undefined;
  const revisions = syncRevisions(set, tools);
  const hash = hashOf(revisions.update);
  const wanted = runsHere(set) ? 1 : 0;
  let problem: StatusError | undefined;
  try {
    managePods(set, hash, wanted, tools);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    problem = error;
  }
  const pods = claimed(set, 'v1', 'Pod', tools);
  const now = tools.clock.time();
  const minReadySeconds = numberAt(set, 'spec', 'minReadySeconds') ?? 0;
  const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const available = alive.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const updated = alive.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length;
  const status = {
    currentNumberScheduled: Math.min(wanted, alive.length),
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: alive.filter(isReady).length,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(wanted > available ? { numberUnavailable: wanted - available } : {}),
  };
  const current = tools.store.get(referenceTo(set));
  if (current !== undefined && !sameJson(status, current['status'])) tools.store.updateStatus({ ...current, status }, { manager: tools.manager });
  forgetRevisions(set, revisions, new Set(pods.map((pod) => pod.metadata.labels?.[revisionLabel] ?? '')), tools);
  if (problem !== undefined) throw new Reported(problem.message);
  const waits = alive.flatMap((pod) => untilAvailable(pod, minReadySeconds, now) ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function managePods(set: StoredObject, hash: string, wanted: number, tools: ControllerTools): void {
  const pods = claimed(set, 'v1', 'Pod', tools);
  for (const pod of pods.filter((each) => isOver(each) && each.metadata.deletionTimestamp === undefined)) deletePod(set, pod, tools);
  const alive = pods.filter((pod) => !isOver(pod));
  if (wanted === 0) {
    for (const pod of alive.filter((each) => each.metadata.deletionTimestamp === undefined)) deletePod(set, pod, tools);
    return;
  }
  const staying = alive.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const rolls = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  const surges = ![undefined, 0, '0%'].some((none) => valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'maxSurge') === none);
  const old = staying.filter((pod) => pod.metadata.labels?.[revisionLabel] !== hash);
  const fresh = staying.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash);
  const template = withLabel(objectAt(set, 'spec', 'template'), revisionLabel, hash);
  if (rolls && old.length > 0) {
    if (!surges || fresh.some(isReady)) for (const pod of old) deletePod(set, pod, tools);
    else if (fresh.length === 0) createPod(set, template, tools);
    return;
  }
  if (alive.length === 0) createPod(set, template, tools);
}

/** The node has no labels but its own, and no taints. */
function runsHere(set: StoredObject): boolean {
  const selector = Object.entries(objectAt(set, 'spec', 'template', 'spec', 'nodeSelector'));
  const labels: Readonly<Record<string, string>> = { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux' };
  return selector.every(([key, value]) => labels[key] === value);
}
