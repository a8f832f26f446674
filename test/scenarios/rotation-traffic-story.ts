/** What is done to the key while the workload goes on calling. */
import assert from 'node:assert/strict';
import { planAccess } from '../../src/engine/index.ts';
import { deployment, seeded, store } from './engine-world.ts';
import { sound, startTraffic } from './rotation-traffic.ts';
import { ended, inApplied, keys, plain, rotate } from './rotation-world.ts';

const times = { silence: 60_000, grace: 60_000 };
const behind = { consistency: { propagation: 15_000, lastUsedLag: 30_000 } } as const;

function replicas(count: number): ReturnType<typeof deployment> {
  const object = deployment();
  return { ...object, spec: { ...Object(object['spec']), replicas: count } };
}

/** @param each calls of each of the two pods in a second */
export async function rotationsUnderTraffic(count: number, seed: number, each = 1): Promise<{ readonly calls: number; readonly worldSeconds: number }> {
  let figures = { calls: 0, worldSeconds: 0 };
  await inApplied(
    async (world) => {
      const traffic = startTraffic(world, seeded(seed), 20_000, each);
      const began = world.sandbox.clock.now().getTime();
      await traffic.pass(30_000);
      const from = world.sandbox.audit.length;
      for (let turn = 1; turn <= count; turn += 1) {
        ended(await rotate(world, times, { clock: traffic.clock }));
        assert.equal(Object.keys(await keys(world)).length, 1, `rotation ${turn} left a key`);
      }
      await traffic.pass(30_000);
      sound(world, traffic, from);
      assert.ok(traffic.keys.size >= count);
      figures = { calls: traffic.calls(), worldSeconds: (world.sandbox.clock.now().getTime() - began) / 1000 };
      const { plan } = await planAccess(plain(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    },
    plain(),
    { seed, ...behind, objects: [store(), replicas(2)] },
  );
  return figures;
}

export async function migrationUnderTraffic(seed: number): Promise<void> {
  await inApplied(
    async (world) => {
      const traffic = startTraffic(world, seeded(seed));
      await traffic.pass(30_000);
      const from = world.sandbox.audit.length;
      ended(await rotate(world, { ...times, layout: 'single' }, { clock: traffic.clock }));
      await traffic.pass(30_000);
      // The declaration that says so has nothing left to do.
      const { plan } = await planAccess(plain(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
      const { aws } = await world.run();
      assert.deepEqual(await aws.ssm('ap-northeast-1').describeParameters(['bedrock-access-key-id', 'bedrock-secret-access-key']), []);
      sound(world, traffic, from);
      assert.equal(Object.keys(await keys(world)).length, 1);
      assert.equal(traffic.keys.size, 2);
    },
    plain(undefined, 'pair'),
    { seed, ...behind, objects: [store(), replicas(2)] },
  );
}
