/**
 * Calls that go on from the workload's pods, with what each container got when it started, through whatever is done to the key.
 * A pod that is ending goes on for a while, as real ones do. A failure is any refusal in the sandbox's audit log.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../src/clock.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { at, recordsAt, textAt } from '../../src/resources/json.ts';
import { namespace, type EngineWorld } from './engine-world.ts';
import { podCredentials, type CallingWorld, type PodCredentials } from './pod-credentials.ts';

export interface Traffic {
  /** Calls made so far. */
  calls(): number;
  /** Those that got no answer of the model, and pods that started without a credential. */
  readonly failed: ReadonlySet<string>;
  /** Ids of the keys, and roles, that were called with. */
  readonly keys: ReadonlySet<string>;
  /** For the program: while it waits, the pods call. */
  readonly clock: Clock;
  /** Lets the world go on, with calls in between. */
  pass(milliseconds: number): Promise<void>;
}

/** World milliseconds between two rounds of calls, one of each pod. */
const between = 1000;

/**
 * @param lingers how long a pod still calls after its object is gone
 * @param each calls of each pod in a second
 */
export function startTraffic(world: CallingWorld, random: () => number, lingers = 20_000, each = 1): Traffic {
  const { sandbox, kubernetes } = world;
  const pods = new Map<string, { readonly held: PodCredentials; endsAt?: number }>();
  const used = new Set<string>();
  const failed = new Set<string>();
  let calls = 0;
  let round: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    const now = sandbox.clock.now().getTime();
    const running = (await kubernetes.list('v1', 'Pod', { namespace })).filter((pod) => textAt(pod, 'status', 'phase') === 'Running');
    const names = new Set(running.map(uid));
    for (const pod of running) if (!pods.has(uid(pod)) && isStarted(pod)) await start(pod);
    for (const [name, pod] of pods) {
      if (!names.has(name)) pod.endsAt ??= now + lingers;
      if (pod.endsAt !== undefined && now >= pod.endsAt) pods.delete(name);
    }
    await Promise.all([...pods.values()].flatMap((pod) => Array.from({ length: each }, () => call(pod))));
  }

  /** The kubelet reads what the container gets when it starts: so does this, in the same turn of the world. */
  async function start(pod: KubernetesObject): Promise<void> {
    const held = await podCredentials(pod, world, random);
    if (held === undefined) failed.add(`Pod ${pod.metadata.name ?? ''} has no credential`);
    else pods.set(uid(pod), { held });
  }

  async function call({ held }: { readonly held: PodCredentials }): Promise<void> {
    used.add(held.id);
    calls += 1;
    try {
      await held.call();
    } catch (error) {
      failed.add(`${sandbox.clock.now().toISOString()} ${held.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The world goes on by that much, with calls in between. */
  async function pass(milliseconds: number, signal?: AbortSignal): Promise<void> {
    for (let rest = milliseconds; rest > 0; rest -= between) {
      await sandbox.productClock.sleep(Math.min(rest, between), signal);
      // A long wait is sampled: a call a second tells nothing more while nothing happens.
      if (rest > 120_000) {
        await sandbox.productClock.sleep(60_000, signal);
        rest -= 60_000;
      }
      round = round.then(once);
      await round;
    }
  }

  return { calls: () => calls, failed, keys: used, clock: { now: () => sandbox.clock.now(), sleep: pass }, pass };
}

/** Refusals of the workload's calls: 401, 403, and whatever speaks of a credential. */
export function refusals({ sandbox }: EngineWorld, from = 0): readonly string[] {
  return sandbox.audit
    .slice(from)
    .filter(({ action, identity, run }) => /^(bedrock:|sts:AssumeRole)/.test(action) && run === undefined && !identity.includes('/sandbox/'))
    .filter(({ verdict, status }) => verdict === 'deny' || status === 401 || status === 403)
    .map(({ at: time, accessKeyId, code, status }) => `${time} ${accessKeyId ?? ''} ${status} ${code ?? ''}`);
}

function uid(pod: KubernetesObject): string {
  return pod.metadata.uid ?? '';
}

function isStarted(pod: KubernetesObject): boolean {
  return recordsAt(pod, 'status', 'containerStatuses').every((status) => at(status, 'state', 'running') !== undefined);
}

export function sound(world: EngineWorld, traffic: Traffic, from: number): void {
  assert.deepEqual(refusals(world, from), []);
  assert.deepEqual([...traffic.failed], []);
  assert.ok(traffic.calls() > 0);
}
