/** Keeps the number of pods of a ReplicaSet (pkg/controller/replicaset). */
import { numberAt, objectAt, sameJson, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import type { Controller, ControllerTools } from './controller.ts';
import { conditionsOf } from './deployment-status.ts';
import { claimed } from './ownership.ts';
import { createPod, deletePod } from './pod-control.ts';
import { expendableFirst, isActive, isAvailable, isReady, untilAvailable } from './pod.ts';
import { Reported, type Again } from './work-queue.ts';

export const replicaSetController: Controller = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  component: 'replicaset-controller',
  owns: ['Pod'],
  reconcile: reconcileReplicaSet,
};

function reconcileReplicaSet(replicaSet: StoredObject, tools: ControllerTools): Again {
  let problem: StatusError | undefined;
  if (replicaSet.metadata.deletionTimestamp === undefined) {
    try {
      managePods(replicaSet, tools);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      problem = error;
    }
  }
  const pods = claimed(replicaSet, 'v1', 'Pod', tools);
  const minReadySeconds = numberAt(replicaSet, 'spec', 'minReadySeconds') ?? 0;
  const now = tools.clock.time();
  const status = statusOf(replicaSet, pods, problem, now, tools.store.now());
  const current = tools.store.get({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: replicaSet.metadata.namespace, name: replicaSet.metadata.name });
  if (current !== undefined && !sameJson(status, current['status'])) tools.store.updateStatus({ ...current, status }, { manager: tools.manager });
  if (problem !== undefined) throw new Reported(problem.message);
  const waits = pods.flatMap((pod) => untilAvailable(pod, minReadySeconds, now) ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function managePods(replicaSet: StoredObject, tools: ControllerTools): void {
  const active = claimed(replicaSet, 'v1', 'Pod', tools).filter(isActive);
  const missing = (numberAt(replicaSet, 'spec', 'replicas') ?? 1) - active.length;
  for (let count = 0; count < missing; count += 1) createPod(replicaSet, objectAt(replicaSet, 'spec', 'template'), tools);
  if (missing < 0) {
    for (const pod of [...active].sort(expendableFirst).slice(0, -missing)) deletePod(replicaSet, pod, tools);
  }
}

function statusOf(replicaSet: StoredObject, pods: readonly StoredObject[], problem: StatusError | undefined, now: number, nowText: string): JsonObject {
  const minReadySeconds = numberAt(replicaSet, 'spec', 'minReadySeconds') ?? 0;
  const active = pods.filter(isActive);
  const labels = Object.entries(objectAt(replicaSet, 'spec', 'template', 'metadata', 'labels'));
  const counts = {
    fullyLabeledReplicas: active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
  };
  const others = conditionsOf(replicaSet).filter((each) => each['type'] !== 'ReplicaFailure');
  const known = conditionsOf(replicaSet).find((each) => each['type'] === 'ReplicaFailure');
  const reason = active.length < (numberAt(replicaSet, 'spec', 'replicas') ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const failure = problem === undefined ? undefined : (known ?? { type: 'ReplicaFailure', status: 'True', reason, message: problem.message, lastTransitionTime: nowText });
  const conditions = failure === undefined ? others : [...others, failure];
  return {
    replicas: active.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    terminatingReplicas: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined).length,
    observedGeneration: replicaSet.metadata.generation ?? 1,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
