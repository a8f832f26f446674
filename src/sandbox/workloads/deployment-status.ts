/** A Deployment's status and conditions, in the words of pkg/controller/deployment (progress.go, sync.go, util/deployment_util.go). Pure. */
import { listAt, numberAt, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { fenceposts, type Fenceposts } from './rolling-update.ts';

export interface Condition extends JsonObject {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface DeploymentStatus extends JsonObject {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly conditions: readonly JsonObject[];
}

export function desiredReplicas(deployment: StoredObject): number {
  return numberAt(deployment, 'spec', 'replicas') ?? 1;
}

export function fencepostsOf(deployment: StoredObject): Fenceposts {
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = ['spec', 'strategy', 'rollingUpdate'];
  return fenceposts(valueAt(deployment, ...rolling, 'maxSurge'), valueAt(deployment, ...rolling, 'maxUnavailable'), desiredReplicas(deployment));
}

/** The progress deadline in seconds; the largest integer stands for none (`HasProgressDeadline`). */
export function progressDeadline(deployment: StoredObject): number | undefined {
  const seconds = numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600;
  return seconds === 2_147_483_647 ? undefined : seconds;
}

/** The counts, and whether enough pods are available. */
export function countedStatus(deployment: StoredObject, all: readonly StoredObject[], fresh: StoredObject | undefined, now: string): DeploymentStatus {
  const sum = (field: string, of: readonly StoredObject[] = all): number => of.reduce((total, each) => total + (numberAt(each, 'status', field) ?? 0), 0);
  const total = all.reduce((count, each) => count + (numberAt(each, 'spec', 'replicas') ?? 0), 0);
  const availableReplicas = sum('availableReplicas');
  const collisionCount = numberAt(deployment, 'status', 'collisionCount');
  const terminating = sum('terminatingReplicas');
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum('replicas'),
    updatedReplicas: sum('replicas', fresh === undefined ? [] : [fresh]),
    readyReplicas: sum('readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, total - availableReplicas),
    terminatingReplicas: terminating,
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: conditionsOf(deployment),
  };
  const enough = availableReplicas >= desiredReplicas(deployment) - fencepostsOf(deployment).maxUnavailable;
  return withCondition(
    counts,
    enough
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' },
    now,
  );
}

/** The counted status with the progress that a roll-out made, or failed to make in time (`syncRolloutStatus`). */
export function progressedStatus(deployment: StoredObject, all: readonly StoredObject[], fresh: StoredObject | undefined, now: Date, nowText: string): DeploymentStatus {
  let status = countedStatus(deployment, all, fresh, nowText);
  const deadline = progressDeadline(deployment);
  const current = conditionOf(status, 'Progressing');
  if (deadline === undefined) return withFailures(withoutCondition(status, 'Progressing'), all, fresh);
  const isOver = status.replicas === status.updatedReplicas && textAt(current, 'reason') === 'NewReplicaSetAvailable';
  if (isOver) return withFailures(status, all, fresh);
  const subject = fresh === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${fresh.metadata.name}"`;
  if (isComplete(deployment, status)) {
    status = withCondition(status, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` }, nowText);
  } else if (hasProgressed(deployment, status)) {
    const condition = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` } as const;
    // Said again, it still moves lastUpdateTime: that is what the deadline is counted from.
    const since = textAt(current, 'status') === 'True' ? textAt(current, 'lastTransitionTime') : undefined;
    const without = withoutCondition(status, 'Progressing');
    status = { ...without, conditions: [...without.conditions, dated(condition, nowText, since)] };
  } else if (hasTimedOut(current, deadline, now)) {
    status = withCondition(status, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` }, nowText);
  }
  return withFailures(status, all, fresh);
}

/** All wanted pods are updated and available, and no old one is left (`DeploymentComplete`). */
export function isComplete(deployment: StoredObject, status: JsonObject): boolean {
  const desired = desiredReplicas(deployment);
  return (
    (numberAt(status, 'updatedReplicas') ?? 0) === desired &&
    (numberAt(status, 'replicas') ?? 0) === desired &&
    (numberAt(status, 'availableReplicas') ?? 0) === desired &&
    (numberAt(status, 'observedGeneration') ?? 0) >= (deployment.metadata.generation ?? 1)
  );
}

function hasProgressed(deployment: StoredObject, status: DeploymentStatus): boolean {
  const before = (field: string): number => numberAt(deployment, 'status', field) ?? 0;
  return (
    status.updatedReplicas > before('updatedReplicas') ||
    status.replicas - status.updatedReplicas < before('replicas') - before('updatedReplicas') ||
    status.readyReplicas > before('readyReplicas') ||
    status.availableReplicas > before('availableReplicas')
  );
}

function hasTimedOut(condition: JsonObject | undefined, deadline: number, now: Date): boolean {
  const reason = textAt(condition, 'reason');
  if (condition === undefined || reason === 'NewReplicaSetAvailable') return false;
  if (reason === 'ProgressDeadlineExceeded') return true;
  return Date.parse(textAt(condition, 'lastUpdateTime') ?? '') + deadline * 1000 < now.getTime();
}

/** A ReplicaSet that cannot make pods says so; its Deployment repeats it. */
function withFailures(status: DeploymentStatus, all: readonly StoredObject[], fresh: StoredObject | undefined): DeploymentStatus {
  const failure = [...(fresh === undefined ? [] : [fresh]), ...all].map((each) => conditionOf(each['status'], 'ReplicaFailure')).find((each) => each !== undefined);
  const without = withoutCondition(status, 'ReplicaFailure');
  if (failure === undefined) return without;
  const current = conditionOf(status, 'ReplicaFailure');
  if (current !== undefined && current['status'] === failure['status'] && current['reason'] === failure['reason']) return status;
  return { ...without, conditions: [...without.conditions, { ...failure, lastUpdateTime: failure['lastTransitionTime'] }] };
}

export function conditionsOf(object: StoredObject): readonly JsonObject[] {
  return listAt(object, 'status', 'conditions').flatMap((each) => (typeof each === 'object' && each !== null ? [{ ...each }] : []));
}

export function conditionOf(status: unknown, type: string): JsonObject | undefined {
  const found = listAt(status, 'conditions').find((each) => textAt(each, 'type') === type);
  return typeof found === 'object' && found !== null ? { ...found } : undefined;
}

/** Nothing changes when status and reason are the same (`SetDeploymentCondition`). */
export function withCondition<Status extends { readonly conditions: readonly JsonObject[] }>(status: Status, condition: Condition, now: string): Status {
  const current = status.conditions.find((each) => each['type'] === condition.type);
  if (current?.['status'] === condition.status && current['reason'] === condition.reason) return status;
  const since = current?.['status'] === condition.status ? textAt(current, 'lastTransitionTime') : undefined;
  return { ...status, conditions: [...status.conditions.filter((each) => each !== current), dated(condition, now, since)] };
}

function withoutCondition<Status extends { readonly conditions: readonly JsonObject[] }>(status: Status, type: string): Status {
  return { ...status, conditions: status.conditions.filter((each) => each['type'] !== type) };
}

function dated(condition: Condition, now: string, since: string | undefined): JsonObject {
  return { ...condition, lastUpdateTime: now, lastTransitionTime: since ?? now };
}
