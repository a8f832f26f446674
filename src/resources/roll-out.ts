/** How far the pods of a workload have come, and what has to be known about it before they are replaced. */
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { podTrouble, rolloutStatus } from '../kubernetes/rollout.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt } from './json.ts';
import type { Hands } from './kind.ts';
import { workloadShape } from './workload-kinds.ts';

/** Undefined when every pod is new; what it waits for otherwise. @throws AccessError `roll-out-stuck` */
export async function rolledOut(kind: string, namespace: string, name: string, hands: Hands): Promise<string | undefined> {
  const { apiVersion, rollsOut } = workloadShape(kind);
  if (!rollsOut) return undefined;
  const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name });
  if (object === undefined) return undefined;
  const { done, message, stuck } = kind === 'Rollout' ? argoRolloutStatus(object) : rolloutStatus(object);
  if (stuck === undefined) return done ? undefined : message;
  const pods = await hands.kubernetes.list('v1', 'Pod', { namespace });
  const trouble = podTrouble(pods.filter(({ metadata }) => metadata.name?.startsWith(`${name}-`) === true));
  const command = kind === 'Rollout' ? `kubectl argo rollouts status ${name}` : `kubectl rollout status ${kind.toLowerCase()}/${name}`;
  throw new AccessError('roll-out-stuck', `the roll-out of ${kind} ${name} does not come to its end`, {
    cause: `${trouble === undefined ? stuck : `${stuck}: ${trouble}`}.`,
    remedy: `Look at it: ${command} -n ${namespace}. Then run the same command again.`,
    place: { resource: `${kind} ${name}` },
  });
}

/**
 * Undefined when no pod of the workload is on its way out. A Deployment's status counts them no more (Kubernetes API reference,
 * DeploymentStatus, replicas: "non-terminated pods"), while they may call until their grace period is over.
 */
export async function ended(namespace: string, name: string, hands: Hands): Promise<string | undefined> {
  const ending = (await hands.kubernetes.list('v1', 'Pod', { namespace })).filter(({ metadata }) => metadata.deletionTimestamp !== undefined && metadata.name?.startsWith(`${name}-`) === true);
  return ending.length === 0 ? undefined : `${ending.length} old ${ending.length === 1 ? 'pod' : 'pods'} of ${name} to end`;
}

/** By the rules of `kubectl argo rollouts status` (argo-rollouts, utils/rollout/rolloututil.go, GetRolloutPhase). */
function argoRolloutStatus(object: KubernetesObject): { readonly done: boolean; readonly message: string; readonly stuck?: string } {
  const name = object.metadata.name ?? '';
  const status = at(object, 'status');
  // A text, and in versions before 0.10 a hash.
  const observed = textAt(status, 'observedGeneration') ?? '';
  if (/^\d+$/.test(observed) && Number(observed) < (object.metadata.generation ?? 0)) return { done: false, message: `waiting for the controller to see the new template of ${name}` };
  const phase = textAt(status, 'phase');
  const why = textAt(status, 'message');
  const message = `Rollout ${name} is ${phase ?? 'not seen by its controller yet'}${why === undefined ? '' : `: ${why}`}`;
  if (phase === 'Degraded') return { done: false, message, stuck: message };
  if (phase === 'Paused') return pausedForGood(object) ? { done: false, message, stuck: `${message}; it goes on with \`kubectl argo rollouts promote ${name}\`` } : { done: false, message };
  return { done: phase === 'Healthy', message };
}

/** A pause without a duration, or by hand, ends only by hand (Argo Rollouts, "Canary": `pause: {}`). */
function pausedForGood(object: KubernetesObject): boolean {
  if (at(object, 'spec', 'paused') === true) return true;
  const index = at(object, 'status', 'currentStepIndex');
  const steps = recordsAt(object, 'spec', 'strategy', 'canary', 'steps');
  const pause = at(typeof index === 'number' ? steps[index] : undefined, 'pause');
  if (isRecord(pause)) return pause['duration'] === undefined;
  return at(object, 'spec', 'strategy', 'blueGreen', 'autoPromotionEnabled') === false;
}

/** What a person has to know before the pods of a workload are replaced: a gap in its service, or that nothing happens by itself. */
export function rollOutNotices(object: KubernetesObject, pods: readonly KubernetesObject[]): readonly Finding[] {
  const { kind } = object;
  const workload = `${kind} ${object.metadata.name ?? ''}`;
  const byHand = waitsForHand(object);
  if (byHand !== undefined) {
    return [
      {
        id: 'roll-out-by-hand',
        severity: 'warning',
        message: `${workload} replaces no pods by itself: ${byHand.reason}`,
        cause: 'Pods that run keep the variables and the key that they were started with.',
        remedy: byHand.remedy,
        place: { resource: workload },
      },
    ];
  }
  const gap = gapOf(object);
  if (gap === undefined) return [];
  const template = at(object, ...workloadShape(kind).template, 'spec');
  const ending = numberAt(template, 'terminationGracePeriodSeconds') ?? 30;
  const least = (numberAt(object, 'spec', 'minReadySeconds') ?? 0) + Math.max(0, ...recordsAt(template, 'containers').map(startDelay));
  const measured = Math.max(...pods.map(startOf).filter((seconds) => seconds !== undefined));
  const start = Number.isFinite(measured) ? `${Math.max(least, measured)} s for the new one to become ready, as the pods that run now took` : `the time that the new one takes to become ready (at least ${least} s)`;
  return [
    {
      id: 'roll-out-gap',
      severity: 'warning',
      message: `${workload} has a gap while its pods are replaced: ${gap}`,
      cause: `The old pod ends before the new one starts. The gap is up to ${ending} s for the old one to end (terminationGracePeriodSeconds), and ${start}.`,
      remedy: kind === 'Deployment' ? 'Where the app can run twice for a moment, use strategy RollingUpdate with maxSurge 1; else choose the time of the run.' : 'Choose the time of the run.',
      place: { resource: workload },
    },
  ];
}

/** Has the workload a gap, so that it is worth a look at how long its pods take to start? */
export function hasGap(object: KubernetesObject): boolean {
  return waitsForHand(object) === undefined && gapOf(object) !== undefined;
}

function waitsForHand(object: KubernetesObject): { readonly reason: string; readonly remedy: string } | undefined {
  const name = object.metadata.name ?? '';
  const namespace = object.metadata.namespace ?? '';
  const paused = at(object, 'spec', 'paused') === true;
  if (paused && object.kind === 'Deployment') return { reason: 'it is paused', remedy: `kubectl rollout resume deployment/${name} -n ${namespace}` };
  if (paused && object.kind === 'Rollout') return { reason: 'it is paused', remedy: `kubectl argo rollouts promote ${name} -n ${namespace}` };
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return { reason: 'its updateStrategy is OnDelete', remedy: `Delete its pods when it suits (kubectl delete pod), then run the same command again: it goes on when all are new.` };
  }
  return undefined;
}

/** Why there is a time without a pod, undefined where there is none. */
function gapOf(object: KubernetesObject): string | undefined {
  const replicas = numberAt(object, 'spec', 'replicas') ?? 1;
  switch (object.kind) {
    case 'Deployment': {
      if (replicas === 0) return undefined;
      if (textAt(object, 'spec', 'strategy', 'type') === 'Recreate') return 'strategy Recreate ends all old pods first';
      const rolling = at(object, 'spec', 'strategy', 'rollingUpdate');
      // Percentages are rounded up for a surge and down for what may be missing (Kubernetes docs, "Deployments").
      const surge = share(at(rolling, 'maxSurge') ?? '25%', replicas, Math.ceil);
      const missing = share(at(rolling, 'maxUnavailable') ?? '25%', replicas, Math.floor);
      // Were both zero, the controller lets one be missing (same page).
      const gone = surge === 0 && missing === 0 ? 1 : missing;
      return gone >= replicas && surge === 0 ? `it may surge by no pod and has ${replicas === 1 ? 'one' : replicas}` : undefined;
    }
    case 'StatefulSet':
      return replicas === 1 ? 'a StatefulSet ends its one pod before it makes it anew' : undefined;
    case 'DaemonSet': {
      const surge = at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'maxSurge');
      return surge === undefined || surge === 0 || surge === '0%' ? 'a DaemonSet without maxSurge ends the pod of a node before it makes it anew there' : undefined;
    }
    default:
      return undefined;
  }
}

function share(value: unknown, of: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.endsWith('%') ? round((Number(value.slice(0, -1)) / 100) * of) : 0;
}

/** Seconds before which a container cannot be ready. */
function startDelay(container: unknown): number {
  return Math.max(numberAt(container, 'readinessProbe', 'initialDelaySeconds') ?? 0, numberAt(container, 'startupProbe', 'initialDelaySeconds') ?? 0);
}

/** Seconds from a pod's making to its readiness. */
function startOf(pod: KubernetesObject): number | undefined {
  const ready = recordsAt(pod, 'status', 'conditions').find(({ type, status }) => type === 'Ready' && status === 'True');
  const since = Date.parse(textAt(ready, 'lastTransitionTime') ?? '');
  const made = Date.parse(pod.metadata.creationTimestamp ?? '');
  return Number.isNaN(since) || Number.isNaN(made) ? undefined : Math.max(0, Math.round((since - made) / 1000));
}

function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}
