import type { Clock } from '../clock.ts';
import { AccessError } from '../errors/error.ts';
import { KubernetesCallError } from './call-error.ts';
import { fieldsOf, numberOf, textOf } from './json.ts';
import type { Kubernetes, KubernetesObject } from './types.ts';

export interface LeaseRequest {
  readonly namespace: string;
  readonly name: string;
  /** Names the run, so that another one can say who holds it: `kei@laptop pid 4711 apply`. */
  readonly holder: string;
  /** How long it holds without being renewed. */
  readonly seconds: number;
  readonly clock: Clock;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A Lease that this run holds. */
export interface HeldLease {
  readonly holder: string;
  /** From the moment before the last renewal was sent: the server's count ends no earlier. */
  readonly expiresAt: Date;
  /** @throws AccessError `lease-lost` when another run has taken it over. */
  renew(): Promise<void>;
  /** Removes the Lease, if it is still this run's. Never throws: it would expire by itself. */
  release(): Promise<void>;
}

/**
 * Takes the Lease, creating it or taking over one that has expired (coordination.k8s.io/v1). Every write carries the
 * version that was read, so of two runs one wins.
 *
 * @throws AccessError `lease-held`, naming the holder
 */
export async function acquireLease(kubernetes: Kubernetes, request: LeaseRequest): Promise<HeldLease> {
  // Each turn lost means that another run has written; a handful of turns is enough to see who.
  for (let turn = 1; ; turn += 1) {
    const now = request.clock.now();
    try {
      const found = await kubernetes.get(referenceOf(request));
      if (found !== undefined && isLiveAndForeign(found, request.holder, now)) throw held(found, request);
      const taken = found === undefined ? await kubernetes.create(leaseOf(request, now, undefined)) : await kubernetes.replace(leaseOf(request, now, found));
      return heldLease(kubernetes, request, taken, now);
    } catch (error) {
      if (!lost(error) || turn >= 5) throw error;
    }
  }
}

function heldLease(kubernetes: Kubernetes, request: LeaseRequest, taken: KubernetesObject, at: Date): HeldLease {
  let current = taken;
  let renewedAt = at;
  return {
    holder: request.holder,
    get expiresAt() {
      return new Date(renewedAt.getTime() + request.seconds * 1000);
    },
    async renew() {
      for (let turn = 1; ; turn += 1) {
        const now = request.clock.now();
        try {
          current = await kubernetes.replace(leaseOf(request, now, current));
          renewedAt = now;
          return;
        } catch (error) {
          // A renewal whose answer was lost has changed the version: look whose the Lease is now.
          if (turn >= 5 || !(lost(error) || (error instanceof KubernetesCallError && (error.uncertain || error.kind === 'not-found')))) throw error;
          const found = await kubernetes.get(referenceOf(request));
          if (found === undefined || holderOf(found) !== request.holder) throw takenOver(found, request);
          current = found;
        }
      }
    },
    async release() {
      for (let turn = 1; turn <= 3; turn += 1) {
        try {
          const found = await kubernetes.get(referenceOf(request));
          if (found === undefined || holderOf(found) !== request.holder) return;
          const { uid, resourceVersion } = found.metadata;
          await kubernetes.remove(referenceOf(request), { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) });
          return;
        } catch (error) {
          // A removal whose answer was lost may or may not have been made: look again, so that the next run need not wait for the Lease to end.
          if (!(error instanceof KubernetesCallError)) throw error;
          if (!error.uncertain && !lost(error)) return;
        }
      }
    },
  };
}

function leaseOf(request: LeaseRequest, now: Date, before: KubernetesObject | undefined): KubernetesObject {
  const spec = fieldsOf(before?.['spec']);
  const kept = before !== undefined && holderOf(before) === request.holder;
  const labels = { ...before?.metadata.labels, ...request.labels };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...before?.metadata,
      namespace: request.namespace,
      name: request.name,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    spec: {
      holderIdentity: request.holder,
      leaseDurationSeconds: request.seconds,
      acquireTime: kept ? (spec['acquireTime'] ?? microTime(now)) : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: (numberOf(spec['leaseTransitions']) ?? 0) + (before === undefined || kept ? 0 : 1),
    },
  };
}

function isLiveAndForeign(lease: KubernetesObject, holder: string, now: Date): boolean {
  const current = holderOf(lease);
  return current !== undefined && current !== holder && expiryOf(lease).getTime() > now.getTime();
}

function holderOf(lease: KubernetesObject): string | undefined {
  return textOf(fieldsOf(lease['spec'])['holderIdentity']);
}

function expiryOf(lease: KubernetesObject): Date {
  const spec = fieldsOf(lease['spec']);
  const renewed = Date.parse(textOf(spec['renewTime']) ?? textOf(spec['acquireTime']) ?? '');
  return new Date((Number.isNaN(renewed) ? 0 : renewed) + (numberOf(spec['leaseDurationSeconds']) ?? 0) * 1000);
}

/** `MicroTime` (meta/v1): RFC 3339 with six digits after the second. */
function microTime(at: Date): string {
  return at.toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}

function lost(error: unknown): boolean {
  return error instanceof KubernetesCallError && (error.kind === 'conflict' || error.kind === 'already-exists');
}

function held(lease: KubernetesObject, request: LeaseRequest): AccessError {
  const until = expiryOf(lease);
  const seconds = Math.max(1, Math.ceil((until.getTime() - request.clock.now().getTime()) / 1000));
  return new AccessError('lease-held', `another run holds the Lease ${request.namespace}/${request.name}: ${holderOf(lease) ?? 'unknown'}`, {
    cause: `Only one run at a time may change an access. The Lease is renewed while that run goes on; without a renewal it ends in ${seconds} s (${until.toISOString()}).`,
    remedy: 'Wait until that run has ended, then run the command again. A run that was killed lets go when the Lease ends.',
    place: { resource: `leases.coordination.k8s.io ${request.namespace}/${request.name}` },
  });
}

function takenOver(found: KubernetesObject | undefined, request: LeaseRequest): AccessError {
  const by = found === undefined ? 'It was deleted.' : `It is held by ${holderOf(found) ?? 'nobody'} now.`;
  return new AccessError('lease-lost', `this run has lost the Lease ${request.namespace}/${request.name}`, {
    cause: `${by} Either this run stood still for more than ${request.seconds} s, or somebody changed the Lease by hand. Nothing more is changed.`,
    remedy: 'Run the same command again: it looks first at what is there and goes on.',
    place: { resource: `leases.coordination.k8s.io ${request.namespace}/${request.name}` },
  });
}

function referenceOf({ namespace, name }: LeaseRequest): { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string } {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
}
