/** Keeps Deployments: one ReplicaSet a pod template, rolled out within its strategy (pkg/controller/deployment). */
import { listAt, numberAt, objectAt, sameJson, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { isStatus } from '../kubernetes/status-error.ts';
import { referenceTo, type Controller, type ControllerTools } from './controller.ts';
import {
  conditionOf,
  conditionsOf,
  countedStatus,
  desiredReplicas,
  fencepostsOf,
  isComplete,
  progressDeadline,
  progressedStatus,
  withCondition,
  type Condition,
} from './deployment-status.ts';
import { claimed, controllerOf, controllerReference } from './ownership.ts';
import { isOver } from './pod.ts';
import { sameTemplate, templateHash, templateHashLabel, withLabel } from './pod-template.ts';
import { newReplicas, scaledDown, type Sizes } from './rolling-update.ts';
import type { Again } from './work-queue.ts';

const revision = 'deployment.kubernetes.io/revision';
const revisionHistory = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations of the Deployment that its ReplicaSets do not get. */
const ownAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration', revision, revisionHistory, desiredAnnotation, maxAnnotation, 'deprecated.deployment.rollback.to']);

export const deploymentController: Controller = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  component: 'deployment-controller',
  owns: ['ReplicaSet'],
  reconcile: (deployment, tools) => new Rollout(deployment, tools).sync(),
};

class Rollout {
  readonly #tools: ControllerTools;
  #deployment: StoredObject;
  #all: readonly StoredObject[];

  constructor(deployment: StoredObject, tools: ControllerTools) {
    this.#tools = tools;
    this.#deployment = deployment;
    this.#all = claimed(deployment, 'apps/v1', 'ReplicaSet', tools);
  }

  sync(): Again {
    if (this.#deployment.metadata.deletionTimestamp !== undefined) {
      this.#writeStatus(countedStatus(this.#deployment, this.#all, this.#fresh(), this.#tools.store.now()));
      return undefined;
    }
    this.#noteWhetherPaused();
    if (valueAt(this.#deployment, 'spec', 'paused') === true || this.#isScaling()) {
      this.#syncRevision(false);
      this.#scale();
      this.#writeStatus(countedStatus(this.#deployment, this.#all, this.#fresh(), this.#tools.store.now()));
      return undefined;
    }
    if (textAt(this.#deployment, 'spec', 'strategy', 'type') === 'Recreate') this.#recreate();
    else this.#roll();
    const { clock, store } = this.#tools;
    this.#writeStatus(progressedStatus(this.#deployment, this.#all, this.#fresh(), clock.now(), store.now()));
    if (isComplete(this.#deployment, objectAt(this.#deployment, 'status'))) this.#forgetOldRevisions();
    return this.#nextProgressCheck();
  }

  /** Where the roll-out stands by itself when nothing happens any more: at the deadline it is stuck (`requeueStuckDeployment`). */
  #nextProgressCheck(): Again {
    const deadline = progressDeadline(this.#deployment);
    const status = objectAt(this.#deployment, 'status');
    const condition = conditionOf(status, 'Progressing');
    if (deadline === undefined || condition === undefined || isComplete(this.#deployment, status)) return undefined;
    if (condition['reason'] === 'ProgressDeadlineExceeded' || condition['reason'] === 'NewReplicaSetAvailable') return undefined;
    const due = Date.parse(textAt(condition, 'lastUpdateTime') ?? '') + deadline * 1000 - this.#tools.clock.time();
    return Math.max(0, due) + 1000;
  }

  #roll(): void {
    const fresh = this.#syncRevision(true);
    if (fresh === undefined) return;
    const desired = desiredReplicas(this.#deployment);
    const posts = fencepostsOf(this.#deployment);
    const size = sizeOf(fresh);
    const wanted = size.replicas > desired ? desired : newReplicas(desired, posts, this.#all.map(sizeOf), size.replicas);
    if (wanted !== size.replicas) {
      this.#scaleTo(fresh, wanted);
      return;
    }
    const old = this.#all.filter((each) => each.metadata.uid !== fresh.metadata.uid && sizeOf(each).replicas > 0);
    const sizes = scaledDown(desired, posts, old.map(sizeOf), size);
    for (const each of old) this.#scaleTo(each, sizes.get(each.metadata.name) ?? 0);
  }

  #recreate(): void {
    this.#syncRevision(false);
    const fresh = this.#fresh();
    const old = this.#all.filter((each) => each.metadata.uid !== fresh?.metadata.uid);
    const running = old.filter((each) => sizeOf(each).replicas > 0);
    if (running.length > 0) {
      for (const each of running) this.#scaleTo(each, 0);
      return;
    }
    if (this.#oldPodsRun(old)) return;
    const created = this.#syncRevision(true);
    if (created !== undefined) this.#scaleTo(created, desiredReplicas(this.#deployment));
  }

  #oldPodsRun(old: readonly StoredObject[]): boolean {
    if (old.some((each) => (numberAt(each, 'status', 'replicas') ?? 0) > 0)) return true;
    const uids = new Set(old.map((each) => each.metadata.uid));
    return this.#tools.store
      .list('v1', 'Pod', { namespace: this.#deployment.metadata.namespace })
      .some((pod) => uids.has(controllerOf(pod)?.uid ?? '') && !isOver(pod));
  }

  /** The ReplicaSet of the Deployment's template; the oldest when there are several. */
  #fresh(): StoredObject | undefined {
    const template = objectAt(this.#deployment, 'spec', 'template');
    return this.#all.find((each) => sameTemplate(objectAt(each, 'spec', 'template'), template));
  }

  /** Gives the new ReplicaSet the highest revision, makes it when it is missing, and tells the Deployment (`getNewReplicaSet`). */
  #syncRevision(create: boolean): StoredObject | undefined {
    const existing = this.#fresh();
    const next = Math.max(0, ...this.#all.filter((each) => each !== existing).map(revisionOf)) + 1;
    if (existing === undefined) return create ? this.#create(next) : undefined;
    const annotations = withRevision({ ...existing.metadata.annotations, ...this.#annotationsForReplicaSets() }, next);
    const minReadySeconds = numberAt(this.#deployment, 'spec', 'minReadySeconds');
    const kept = this.#update(existing, { ...existing, metadata: { ...existing.metadata, annotations }, spec: { ...objectAt(existing, 'spec'), ...(minReadySeconds === undefined ? {} : { minReadySeconds }) } });
    this.#setRevision(annotations[revision] ?? String(next));
    if (progressDeadline(this.#deployment) !== undefined && conditionOf(this.#deployment['status'], 'Progressing') === undefined) {
      this.#setCondition({ type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message: `Found new replica set "${kept.metadata.name}"` });
    }
    return kept;
  }

  #create(next: number): StoredObject | undefined {
    const { store, events, manager } = this.#tools;
    const template = objectAt(this.#deployment, 'spec', 'template');
    const collisions = numberAt(this.#deployment, 'status', 'collisionCount');
    const hash = templateHash(template, collisions);
    const labelled = withLabel(template, templateHashLabel, hash);
    const desired = desiredReplicas(this.#deployment);
    const posts = fencepostsOf(this.#deployment);
    const recreates = textAt(this.#deployment, 'spec', 'strategy', 'type') === 'Recreate';
    const replicas = recreates ? desired : newReplicas(desired, posts, this.#all.map(sizeOf), 0);
    const selector = objectAt(this.#deployment, 'spec', 'selector');
    const { name, namespace = 'default' } = this.#deployment.metadata;
    const minReadySeconds = numberAt(this.#deployment, 'spec', 'minReadySeconds');
    try {
      const created = store.create(
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: {
            name: `${name}-${hash}`,
            namespace,
            labels: Object.fromEntries(Object.entries(objectAt(labelled, 'metadata', 'labels')).map(([key, value]) => [key, String(value)])),
            annotations: {
              ...this.#annotationsForReplicaSets(),
              [revision]: String(next),
              [desiredAnnotation]: String(desired),
              [maxAnnotation]: String(desired + posts.maxSurge),
            },
            ownerReferences: [controllerReference(this.#deployment)],
          },
          spec: {
            replicas,
            ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
            selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [templateHashLabel]: hash } },
            template: labelled,
          },
        },
        { manager },
      );
      this.#all = [...this.#all, created];
      if (replicas > 0) events.normal(this.#deployment, 'ScalingReplicaSet', `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`);
      this.#setRevision(String(next));
      if (progressDeadline(this.#deployment) !== undefined) {
        this.#setCondition({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${created.metadata.name}"` });
      }
      return created;
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      // Another template with the same hash, or one that is not ours: the next name differs.
      this.#writeStatus({ ...objectAt(this.#deployment, 'status'), collisionCount: (collisions ?? 0) + 1 });
      throw error;
    }
  }

  /** A change of `spec.replicas` alone: the active ReplicaSets do not yet know the wanted number. */
  #isScaling(): boolean {
    const desired = desiredReplicas(this.#deployment);
    return this.#all
      .filter((each) => sizeOf(each).replicas > 0)
      .some((each) => {
        const known = each.metadata.annotations?.[desiredAnnotation];
        return known !== undefined && Number(known) !== desired;
      });
  }

  /** The one active ReplicaSet follows the Deployment; in the middle of a roll-out they share the change in proportion (`scale`). */
  #scale(): void {
    const desired = desiredReplicas(this.#deployment);
    const fresh = this.#fresh();
    const active = this.#all.filter((each) => sizeOf(each).replicas > 0);
    if (active.length <= 1) {
      const only = active[0] ?? fresh ?? this.#all.at(-1);
      if (only !== undefined) this.#scaleTo(only, desired);
      return;
    }
    if (fresh !== undefined && sizeOf(fresh).replicas === desired && sizeOf(fresh).available === desired) {
      for (const each of active.filter((one) => one !== fresh)) this.#scaleTo(each, 0);
      return;
    }
    const allowed = desired > 0 ? desired + fencepostsOf(this.#deployment).maxSurge : 0;
    const total = active.reduce((sum, each) => sum + sizeOf(each).replicas, 0);
    const bySize = [...active].sort((left, right) => sizeOf(right).replicas - sizeOf(left).replicas);
    const shares = bySize.map((each) => Math.round((sizeOf(each).replicas * allowed) / total));
    const leftover = allowed - shares.reduce((sum, share) => sum + share, 0);
    for (const [index, each] of bySize.entries()) this.#scaleTo(each, Math.max(0, (shares[index] ?? 0) + (index === 0 ? leftover : 0)));
  }

  #scaleTo(replicaSet: StoredObject, replicas: number): void {
    const desired = desiredReplicas(this.#deployment);
    const annotations = { ...replicaSet.metadata.annotations, [desiredAnnotation]: String(desired), [maxAnnotation]: String(desired + fencepostsOf(this.#deployment).maxSurge) };
    const before = sizeOf(replicaSet).replicas;
    this.#update(replicaSet, { ...replicaSet, metadata: { ...replicaSet.metadata, annotations }, spec: { ...objectAt(replicaSet, 'spec'), replicas } });
    if (before === replicas) return;
    const direction = before < replicas ? 'up' : 'down';
    this.#tools.events.normal(this.#deployment, 'ScalingReplicaSet', `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${replicas}`);
  }

  /** `revisionHistoryLimit` old ReplicaSets are kept for undo. */
  #forgetOldRevisions(): void {
    const limit = numberAt(this.#deployment, 'spec', 'revisionHistoryLimit') ?? 10;
    const fresh = this.#fresh();
    const old = this.#all.filter((each) => each.metadata.uid !== fresh?.metadata.uid && each.metadata.deletionTimestamp === undefined);
    const surplus = [...old].sort((left, right) => revisionOf(left) - revisionOf(right)).slice(0, Math.max(0, old.length - limit));
    for (const each of surplus) {
      if (sizeOf(each).replicas === 0 && (numberAt(each, 'status', 'replicas') ?? 0) === 0) {
        this.#tools.store.remove(referenceTo(each), { propagation: 'Background' });
      }
    }
  }

  #noteWhetherPaused(): void {
    if (progressDeadline(this.#deployment) === undefined) return;
    const reason = textAt(conditionOf(this.#deployment['status'], 'Progressing'), 'reason');
    if (reason === 'ProgressDeadlineExceeded') return;
    const paused = valueAt(this.#deployment, 'spec', 'paused') === true;
    if (paused && reason !== 'DeploymentPaused') {
      this.#setCondition({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
    } else if (!paused && reason === 'DeploymentPaused') {
      this.#setCondition({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' });
    }
  }

  #annotationsForReplicaSets(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.#deployment.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key)));
  }

  #setRevision(value: string): void {
    if (this.#deployment.metadata.annotations?.[revision] === value) return;
    const metadata = { ...this.#deployment.metadata, annotations: { ...this.#deployment.metadata.annotations, [revision]: value } };
    this.#deployment = this.#tools.store.updateStatus({ ...this.#deployment, metadata }, { manager: this.#tools.manager });
  }

  #setCondition(condition: Condition): void {
    const status = withCondition({ ...objectAt(this.#deployment, 'status'), conditions: conditionsOf(this.#deployment) }, condition, this.#tools.store.now());
    this.#writeStatus(status);
  }

  #writeStatus(status: JsonObject): void {
    const compact = withoutZeros(status);
    if (sameJson(compact, this.#deployment['status'])) return;
    this.#deployment = this.#tools.store.updateStatus({ ...this.#deployment, status: compact }, { manager: this.#tools.manager });
  }

  #update(before: StoredObject, after: StoredObject): StoredObject {
    if (sameJson(before, after)) return before;
    const updated = this.#tools.store.update(after, { manager: this.#tools.manager });
    this.#all = this.#all.map((each) => (each.metadata.uid === updated.metadata.uid ? updated : each));
    return updated;
  }
}

/** Go leaves out counts that are zero (`omitempty`); `terminatingReplicas` is a pointer and stays. */
function withoutZeros(status: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(status).filter(([field, value]) => (value !== 0 || field === 'terminatingReplicas') && !(field === 'conditions' && listAt({ value }, 'value').length === 0)));
}

function sizeOf(replicaSet: StoredObject): Sizes {
  return { name: replicaSet.metadata.name, replicas: numberAt(replicaSet, 'spec', 'replicas') ?? 0, available: numberAt(replicaSet, 'status', 'availableReplicas') ?? 0 };
}

function revisionOf(replicaSet: StoredObject): number {
  return Number(replicaSet.metadata.annotations?.[revision] ?? 0) || 0;
}

/** A ReplicaSet that comes back keeps its earlier revisions for `kubectl rollout history`. */
function withRevision(annotations: Record<string, string>, next: number): Record<string, string> {
  const current = annotations[revision];
  if (Number(current ?? 0) >= next) return annotations;
  const history = [annotations[revisionHistory], current].filter((each) => each !== undefined && each !== '').join(',');
  return { ...annotations, [revision]: String(next), ...(history === '' ? {} : { [revisionHistory]: history }) };
}
