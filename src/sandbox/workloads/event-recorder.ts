import type { ObjectStore } from '../kubernetes/store.ts';
import { isStatus } from '../kubernetes/status-error.ts';
import type { StoredObject } from '../kubernetes/object.ts';

export interface EventDetails {
  /** `spec.containers{app}` for events about a container. */
  readonly fieldPath?: string;
}

/**
 * Writes core/v1 Events as client-go's recorder does: one object for the same thing said again, with a count
 * (k8s.io/client-go/tools/record: EventCorrelator).
 */
export class EventRecorder {
  readonly #store: ObjectStore;
  readonly #component: string;
  readonly #host: string | undefined;
  readonly #written = new Map<string, { readonly namespace: string; readonly name: string }>();

  /** @param component the `source.component`: `deployment-controller`, `kubelet`, `external-secrets` */
  constructor(store: ObjectStore, component: string, host?: string) {
    this.#store = store;
    this.#component = component;
    this.#host = host;
  }

  normal(about: StoredObject, reason: string, message: string, details: EventDetails = {}): void {
    this.#record(about, 'Normal', reason, message, details);
  }

  warning(about: StoredObject, reason: string, message: string, details: EventDetails = {}): void {
    this.#record(about, 'Warning', reason, message, details);
  }

  #record(about: StoredObject, type: 'Normal' | 'Warning', reason: string, message: string, { fieldPath }: EventDetails): void {
    const key = [about.metadata.uid, type, reason, message, fieldPath ?? ''].join('\n');
    try {
      if (!this.#repeat(key)) this.#create(key, about, type, reason, message, fieldPath);
    } catch (error) {
      // Events are best effort: a namespace that is being deleted takes none.
      if (!isStatus(error, 'Forbidden') && !isStatus(error, 'NotFound')) throw error;
    }
  }

  /** Counts an event that still exists once more. */
  #repeat(key: string): boolean {
    const written = this.#written.get(key);
    const event = written && this.#store.get({ apiVersion: 'v1', kind: 'Event', ...written });
    if (event === undefined) return false;
    const count = typeof event['count'] === 'number' ? event['count'] : 1;
    this.#store.update({ ...event, count: count + 1, lastTimestamp: this.#store.now() }, { manager: this.#component });
    return true;
  }

  #create(key: string, about: StoredObject, type: string, reason: string, message: string, fieldPath: string | undefined): void {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    const now = this.#store.now();
    // client-go names an event by the object and the nanosecond; the revision keeps two of one object apart.
    const suffix = (BigInt(Date.parse(now)) * 1_000_000n + BigInt(this.#store.revision)).toString(16);
    const created = this.#store.create(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${suffix}`, namespace: namespace ?? 'default' },
        involvedObject: {
          apiVersion: about.apiVersion,
          kind: about.kind,
          ...(namespace === undefined ? {} : { namespace }),
          name,
          uid,
          resourceVersion,
          ...(fieldPath === undefined ? {} : { fieldPath }),
        },
        reason,
        message,
        source: { component: this.#component, ...(this.#host === undefined ? {} : { host: this.#host }) },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        eventTime: null,
        reportingComponent: this.#component,
        reportingInstance: this.#host ?? '',
      },
      { manager: this.#component },
    );
    this.#written.set(key, { namespace: namespace ?? 'default', name: created.metadata.name });
  }
}
