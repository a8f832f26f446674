/** A short-term API key is renewed again and again, or takes the place of a session, while the workload goes on calling with what its pods have. */
import assert from 'node:assert/strict';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { migrateAccess } from '../../src/credentials/index.ts';
import { renewSession } from '../../src/credentials/session/renew.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { access, declared, deployment, events, namespace, seeded, startEngineWorld, type EngineWorld } from './engine-world.ts';
import { administrator } from './keyless-world.ts';
import { done, stepsToTake } from './outcomes.ts';
import { sound, startTraffic } from './rotation-traffic.ts';

const lifetime = 3_600_000;
const short = { apiKey: { term: 'short', renewer: administrator } } as const;
const session = { session: { renewer: administrator, delivery: 'credential-process' } } as const;

function inMode(credentials: AccessDocumentSpec['credentials']): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials });
}

function twoPods(seed: number): Promise<EngineWorld> {
  const object = deployment();
  return startEngineWorld({ seed, now: new Date(), externalSecrets: false, consistency: { propagation: 15_000, lastUsedLag: 30_000 }, objects: [{ ...object, spec: { ...Object(object['spec']), replicas: 2 } }] });
}

/** From a session to a short-term API key and back, each renewed on the way. */
export async function movedUnderTraffic(seed: number): Promise<void> {
  const random = seeded(seed);
  const world = await twoPods(seed);
  try {
    await done(applyAccess(inMode(session), await world.run()));
    const traffic = startTraffic(world, random);
    await traffic.pass(30_000);
    const from = world.sandbox.audit.length;
    for (const credentials of [short, session]) {
      const to = inMode(credentials);
      const way = async (grace: number): Promise<unknown> => events(migrateAccess(access, await world.run({ clock: traffic.clock }), { silence: 30_000, grace, to }));
      await way(lifetime);
      assert.equal((await renewSession(access, await world.run({ clock: traffic.clock }), { now: true })).renewed, true);
      await traffic.pass(30_000);
      await way(0);
      await traffic.pass(30_000);
      assert.deepEqual(await stepsToTake(to, await world.run()), []);
    }
    sound(world, traffic, from);
    assert.deepEqual([...traffic.keys].sort(), ['apiKey', 'session']);
  } finally {
    await world.stop();
  }
}

/**
 * Tokens end by the wall clock, as the design has it of all that is of the wire, and the world's clock runs ahead of that:
 * so the age of a token at each of its calls is measured in the world's time, and must be below what the token lasts.
 *
 * @param each calls of each of the two pods in a second
 */
export async function renewalsUnderTraffic(count: number, seed: number, each = 1): Promise<{ readonly calls: number; readonly worldSeconds: number }> {
  const random = seeded(seed);
  const declaration = inMode(short);
  const world = await twoPods(seed);
  const { audit, clock } = world.sandbox;
  const held = async (): Promise<string> => (await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-short-term-key' }))?.metadata.annotations?.['bedrock-access.dev/access-key-id'] ?? '';
  try {
    const made = new Map<string, number>();
    const born = clock.now().getTime();
    await done(applyAccess(declaration, await world.run()));
    made.set(await held(), born);
    const traffic = startTraffic(world, random, 20_000, each);
    const began = clock.now().getTime();
    await traffic.pass(60_000);
    const from = audit.length;
    for (let turn = 1; turn <= count; turn += 1) {
      // Due at half of its time; one that comes late has the other half, less what the roll-out takes.
      await traffic.pass(lifetime * (0.5 + random() * 0.4) - 60_000);
      const [earlier, at] = [await held(), clock.now().getTime()];
      const { renewed, restarted } = await renewSession(access, await world.run({ clock: traffic.clock }), { now: true });
      assert.deepEqual([renewed, restarted], [true, ['Deployment openhands']]);
      const since = audit.length;
      made.set(await held(), at);
      await traffic.pass(60_000);
      assert.ok(callsWith(earlier, since) > 0, `turn ${turn}: while pods are replaced, those that are left call with the earlier key`);
      const moved = audit.length;
      await traffic.pass(5_000);
      assert.deepEqual([callsWith(earlier, moved), callsWith(await held(), moved) > 0], [0, true], `turn ${turn}: then nothing does`);
    }
    sound(world, traffic, from);
    const oldest = Math.max(...workloadCalls().map(({ at, accessKeyId = '' }) => Date.parse(at) - (made.get(accessKeyId) ?? Number.NaN)));
    assert.ok(oldest > lifetime / 2 && oldest < lifetime, `a call with a key that was ${oldest / 60_000} minutes old`);
    assert.equal(new Set(workloadCalls().map(({ accessKeyId }) => accessKeyId)).size, count + 1);
    const figures = { calls: traffic.calls(), worldSeconds: (clock.now().getTime() - began) / 1000 };
    assert.deepEqual(await stepsToTake(declaration, await world.run()), []);
    return figures;
  } finally {
    await world.stop();
  }

  function workloadCalls(since = 0): typeof audit {
    return audit.slice(since).filter(({ operation, run }) => operation === 'Converse' && run === undefined);
  }

  function callsWith(id: string, since: number): number {
    return workloadCalls(since).filter(({ accessKeyId }) => accessKeyId === id).length;
  }
}
