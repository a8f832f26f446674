/** The arithmetic of a Deployment's roll-out (pkg/controller/deployment: rolling.go, sync.go, util/deployment_util.go). Pure. */

export interface Fenceposts {
  /** Pods beyond the wanted number. */
  readonly maxSurge: number;
  /** Pods short of the wanted number. */
  readonly maxUnavailable: number;
}

export interface Sizes {
  readonly name: string;
  /** `spec.replicas` */
  readonly replicas: number;
  /** `status.availableReplicas` */
  readonly available: number;
}

/** Percentages of the wanted number; surge is rounded up, unavailability down, and both zero means one unavailable (`ResolveFenceposts`). */
export function fenceposts(maxSurge: unknown, maxUnavailable: unknown, replicas: number): Fenceposts {
  const surge = scaled(maxSurge ?? 0, replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable ?? 0, replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { maxSurge: 0, maxUnavailable: 1 } : { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

/** How many pods the new ReplicaSet may have now (`NewRSNewReplicas`). */
export function newReplicas(desired: number, { maxSurge }: Fenceposts, all: readonly Sizes[], newSize: number): number {
  const total = all.reduce((sum, { replicas }) => sum + replicas, 0);
  const room = desired + maxSurge - total;
  if (room <= 0) return newSize;
  return newSize + Math.min(room, desired - newSize);
}

/**
 * The sizes of the old ReplicaSets, oldest first, after one step of scaling down: unhealthy pods go first, then as many as
 * `maxUnavailable` permits (`reconcileOldReplicaSets`). Nothing changes when it would leave too few.
 */
export function scaledDown(desired: number, { maxUnavailable }: Fenceposts, old: readonly Sizes[], fresh: Sizes): ReadonlyMap<string, number> {
  const sizes = new Map(old.map(({ name, replicas }) => [name, replicas]));
  const minAvailable = desired - maxUnavailable;
  const total = old.reduce((sum, { replicas }) => sum + replicas, 0) + fresh.replicas;
  const spare = total - minAvailable - (fresh.replicas - fresh.available);
  if (spare <= 0) return sizes;
  let cleaned = 0;
  for (const { name, replicas, available } of old) {
    const take = Math.min(spare - cleaned, replicas - available);
    if (take <= 0) continue;
    sizes.set(name, replicas - take);
    cleaned += take;
  }
  const available = old.reduce((sum, each) => sum + each.available, 0) + fresh.available;
  let room = available - minAvailable;
  for (const { name } of old) {
    const size = sizes.get(name) ?? 0;
    const take = Math.min(size, Math.max(0, room));
    sizes.set(name, size - take);
    room -= take;
  }
  return sizes;
}

/** `25%` of a number, or a plain number. */
function scaled(value: unknown, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value));
  return percent ? round((Number(percent[1]) * total) / 100) : 0;
}
