/** What controllers read off pods (pkg/api/v1/pod, pkg/controller). */
import { listAt, textAt, type StoredObject } from '../kubernetes/object.ts';
import { byAge } from './ownership.ts';

export function isReady(pod: StoredObject): boolean {
  return textAt(readyCondition(pod), 'status') === 'True';
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: StoredObject, minReadySeconds: number, now: number): boolean {
  if (!isReady(pod)) return false;
  return minReadySeconds === 0 || readySince(pod) + minReadySeconds * 1000 <= now;
}

/** Milliseconds until it is available; nothing when it is, or is not even ready. */
export function untilAvailable(pod: StoredObject, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod) || isAvailable(pod, minReadySeconds, now)) return undefined;
  return readySince(pod) + minReadySeconds * 1000 - now;
}

/** Neither over nor being deleted. */
export function isActive(pod: StoredObject): boolean {
  return !isOver(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isOver(pod: StoredObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Which pods go first when there are too many: unscheduled, pending, not ready, youngest (pkg/controller `ActivePods`). */
export function expendableFirst(left: StoredObject, right: StoredObject): number {
  const rank = (pod: StoredObject): number => {
    if (textAt(pod, 'spec', 'nodeName') === undefined) return 0;
    if (textAt(pod, 'status', 'phase') !== 'Running') return 1;
    return isReady(pod) ? 3 : 2;
  };
  return rank(left) - rank(right) || byAge(right, left);
}

function readyCondition(pod: StoredObject): unknown {
  return listAt(pod, 'status', 'conditions').find((condition) => textAt(condition, 'type') === 'Ready');
}

function readySince(pod: StoredObject): number {
  return Date.parse(textAt(readyCondition(pod), 'lastTransitionTime') ?? '') || 0;
}
