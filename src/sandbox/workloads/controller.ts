import type { ObjectReference, StoredObject } from '../kubernetes/object.ts';
import { textAt } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import type { SandboxClock } from '../clock.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Again } from './work-queue.ts';

/** What a controller works with. */
export interface ControllerTools {
  readonly store: ObjectStore;
  readonly clock: SandboxClock;
  readonly events: EventRecorder;
  readonly random: () => number;
  /** The field manager of its writes. */
  readonly manager: string;
}

/** One controller: the kind that it keeps, and what it does when it looks at one. */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  /** `source.component` of its events. */
  readonly component: string;
  /** Kinds whose changes make it look at their controlling owner. */
  readonly owns: readonly string[];
  reconcile(object: StoredObject, tools: ControllerTools): Again | Promise<Again>;
}

/** A key of a work queue names one object. */
export function keyOf(reference: ObjectReference): string {
  return JSON.stringify({ apiVersion: reference.apiVersion, kind: reference.kind, namespace: reference.namespace, name: reference.name });
}

export function referenceOf(key: string): ObjectReference {
  const parsed: unknown = JSON.parse(key);
  return {
    apiVersion: textAt(parsed, 'apiVersion') ?? '',
    kind: textAt(parsed, 'kind') ?? '',
    namespace: textAt(parsed, 'namespace'),
    name: textAt(parsed, 'name') ?? '',
  };
}

export function referenceTo(object: StoredObject): ObjectReference {
  return { apiVersion: object.apiVersion, kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name };
}
