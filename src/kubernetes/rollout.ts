import { fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { Fields } from './json.ts';
import type { KubernetesObject } from './types.ts';

export interface RolloutStatus {
  /** Every pod is of the newest template and available. */
  readonly done: boolean;
  /** One line, as `kubectl rollout status` says it. */
  readonly message: string;
  /** Why it will not come to its end by itself; undefined while it may. */
  readonly stuck: string | undefined;
}

/**
 * How far the roll-out of a Deployment, StatefulSet or DaemonSet is, by the rules of `kubectl rollout status`
 * (kubectl, polymorphichelpers/rollout_status.go). `pods`, where given, tell why it is stuck before a deadline does.
 */
export function rolloutStatus(workload: KubernetesObject, pods: readonly KubernetesObject[] = []): RolloutStatus {
  const status = statusOf(workload);
  if (status.done || status.stuck === undefined) return status;
  const reason = podTrouble(pods);
  return reason === undefined ? status : { ...status, stuck: `${status.stuck}: ${reason}` };
}

/** Why pods do not start, from their own conditions and container states: the first trouble found, with the pod's name. */
export function podTrouble(pods: readonly KubernetesObject[]): string | undefined {
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const status = fieldsOf(pod['status']);
    const scheduled = listOf(status['conditions']).map(fieldsOf).find((condition) => condition['type'] === 'PodScheduled');
    if (scheduled?.['status'] === 'False') return `pod ${pod.metadata.name ?? ''} cannot be scheduled (${textOf(scheduled['message']) ?? textOf(scheduled['reason']) ?? 'Unschedulable'})`;
    for (const container of [...listOf(status['initContainerStatuses']), ...listOf(status['containerStatuses'])].map(fieldsOf)) {
      const waiting = fieldsOf(fieldsOf(container['state'])['waiting']);
      const reason = textOf(waiting['reason']);
      // These two are on the way; every other reason is a trouble (CreateContainerConfigError, ImagePullBackOff, CrashLoopBackOff …).
      if (reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing') continue;
      const message = textOf(waiting['message']);
      return `container ${textOf(container['name']) ?? ''} of pod ${pod.metadata.name ?? ''} waits: ${reason}${message === undefined ? '' : ` (${message})`}`;
    }
  }
  return undefined;
}

function statusOf(workload: KubernetesObject): RolloutStatus {
  const name = workload.metadata.name ?? '';
  const spec = fieldsOf(workload['spec']);
  const status = fieldsOf(workload['status']);
  if ((numberOf(status['observedGeneration']) ?? 0) < (workload.metadata.generation ?? 0)) return waiting(`waiting for the controller to see the new template of ${name}`);
  switch (workload.kind) {
    case 'Deployment':
      return deployment(name, spec, status);
    case 'StatefulSet':
      return statefulSet(name, spec, status);
    case 'DaemonSet':
      return daemonSet(name, spec, status);
    default:
      return { done: true, message: `${workload.kind} ${name} has no roll-out`, stuck: undefined };
  }
}

function deployment(name: string, spec: Fields, status: Fields): RolloutStatus {
  const progressing = listOf(status['conditions']).map(fieldsOf).find((condition) => condition['type'] === 'Progressing');
  const [replicas, wanted] = [count(status, 'replicas'), numberOf(spec['replicas']) ?? 1];
  const [updated, available] = [count(status, 'updatedReplicas'), count(status, 'availableReplicas')];
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') {
    const message = `Deployment ${name}: ${updated} of ${wanted} new pods, ${available} available, and its progress deadline (${numberOf(spec['progressDeadlineSeconds']) ?? 600} s) is over`;
    return { done: false, message, stuck: message };
  }
  if (spec['paused'] === true && (updated < wanted || available < updated)) return stuck(`Deployment ${name} is paused: no new pods are made until \`kubectl rollout resume\``);
  if (updated < wanted) return waiting(`Deployment ${name}: ${updated} of ${wanted} new pods made`);
  if (replicas > updated) return waiting(`Deployment ${name}: ${replicas - updated} old ${replicas - updated === 1 ? 'pod' : 'pods'} to be ended`);
  if (available < updated) return waiting(`Deployment ${name}: ${available} of ${updated} new pods available`);
  return { done: true, message: `Deployment ${name}: all ${updated} pods are new and available`, stuck: undefined };
}

function statefulSet(name: string, spec: Fields, status: Fields): RolloutStatus {
  const strategy = fieldsOf(spec['updateStrategy']);
  const wanted = numberOf(spec['replicas']) ?? 1;
  const [ready, updated] = [count(status, 'readyReplicas'), count(status, 'updatedReplicas')];
  const partition = numberOf(fieldsOf(strategy['rollingUpdate'])['partition']) ?? 0;
  const isNewest = status['updateRevision'] === status['currentRevision'];
  if (strategy['type'] === 'OnDelete' && !isNewest && updated < wanted) return stuck(`StatefulSet ${name} makes new pods only when old ones are deleted by hand (updateStrategy OnDelete)`);
  if (ready < wanted) return waiting(`StatefulSet ${name}: ${ready} of ${wanted} pods ready`);
  if (partition > 0) {
    const expected = Math.max(0, wanted - partition);
    if (updated < expected) return waiting(`StatefulSet ${name}: ${updated} of ${expected} new pods made (partition ${partition})`);
    return { done: true, message: `StatefulSet ${name}: ${updated} pods are new, the others are kept old by partition ${partition}`, stuck: undefined };
  }
  if (!isNewest && updated < wanted) return waiting(`StatefulSet ${name}: ${updated} of ${wanted} new pods made`);
  return { done: true, message: `StatefulSet ${name}: all ${wanted} pods are new and ready`, stuck: undefined };
}

function daemonSet(name: string, spec: Fields, status: Fields): RolloutStatus {
  const wanted = count(status, 'desiredNumberScheduled');
  const [updated, available] = [count(status, 'updatedNumberScheduled'), count(status, 'numberAvailable')];
  if (updated < wanted && fieldsOf(spec['updateStrategy'])['type'] === 'OnDelete') {
    return stuck(`DaemonSet ${name} makes new pods only when old ones are deleted by hand (updateStrategy OnDelete)`);
  }
  if (updated < wanted) return waiting(`DaemonSet ${name}: ${updated} of ${wanted} new pods made`);
  if (available < wanted) return waiting(`DaemonSet ${name}: ${available} of ${wanted} pods available`);
  return { done: true, message: `DaemonSet ${name}: all ${wanted} pods are new and available`, stuck: undefined };
}

function waiting(message: string): RolloutStatus {
  return { done: false, message, stuck: undefined };
}

function stuck(message: string): RolloutStatus {
  return { done: false, message, stuck: message };
}

function count(fields: Fields, name: string): number {
  return numberOf(fields[name]) ?? 0;
}
