import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userName, withApiKey } from './api-key-world.ts';
import { deployment, seeded, store } from './engine-world.ts';
import { sound, startTraffic } from './rotation-traffic.ts';
import { ended, inApplied, rotate } from './rotation-world.ts';

const seed = Number(process.env['SEED'] ?? 20250308);

function twoPods(): ReturnType<typeof deployment> {
  const object = deployment();
  return { ...object, spec: { ...Object(object['spec']), replicas: 2 } };
}

test(`a rotation of an API key while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, () =>
  inApplied(
    async (world) => {
      const traffic = startTraffic(world, seeded(seed));
      await traffic.pass(30_000);
      const from = world.sandbox.audit.length;
      ended(await rotate(world, { silence: 60_000, grace: 60_000 }, { clock: traffic.clock }));
      assert.equal((await (await world.run()).aws.apiKeys.list(userName))?.length, 1);
      await traffic.pass(30_000);
      sound(world, traffic, from);
      const keys = new Set(world.sandbox.audit.slice(from).filter(({ operation, run }) => operation === 'Converse' && run === undefined).map(({ accessKeyId }) => accessKeyId));
      assert.equal(keys.size, 2, 'the pods called with each key in turn');
    },
    withApiKey(),
    { seed, consistency: { propagation: 15_000, lastUsedLag: 30_000 }, objects: [store(), twoPods()] },
  ));
