/** Point 4 of "The spine made whole": ownership. Random worlds by the thousand are in `test/engine/foreign.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, destroyAccess, listAccesses, planAccess } from '../../src/engine/index.ts';
import { AccessError } from '../../src/errors/error.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { access, changes, declared, deployment, events, failures, inSandbox, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';

async function applied(world: EngineWorld, document: ReturnType<typeof declared>, changed: Partial<RunContext> = {}): Promise<readonly string[]> {
  const said = await events(applyAccess(document, await world.run(changed)));
  assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
  const { plan } = await planAccess(document, await world.run(changed));
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  return changes(said);
}

test('ownership: of two owners of one access only one is followed, and the other changes nothing', () =>
  inSandbox(async (world) => {
    await applied(world, declared());
    const before = await world.left();
    // A second cluster with the same declaration in the same account.
    const other = { clusterId: 'another-cluster' };
    for (const adopt of [false, true]) {
      await assert.rejects(events(applyAccess(declared(), await world.run({ ...other, adopt }))), { id: 'owned-by-other-cluster' });
      assert.deepEqual(await world.left(), before);
    }
    const { clusterId } = await world.run();
    // Told that the first is gone, it takes over; the first, which lives on, then stops, whatever it is told short of the same.
    await applied(world, declared(), { ...other, adoptFromCluster: clusterId });
    const taken = await world.left();
    for (const adopt of [false, true]) {
      await assert.rejects(events(applyAccess(declared(), await world.run({ adopt }))), (error) => error instanceof AccessError && error.details.findings?.some(({ id }) => id === 'owned-by-other-cluster') === true);
      assert.deepEqual(await world.left(), taken);
    }
    assert.ok((await listAccesses(await world.run(), { allRegions: false })).some(({ here, cluster }) => !here && cluster === other.clusterId));
  }));

test('ownership: a renamed access, other regions and what is declared no more, beside things of others with like names', () =>
  inSandbox(
    async (world) => {
      const { aws } = await world.run();
      await aws.iam.createUser({ name: 'bedrock-assistant', path: '/service/', tags: { 'bedrock-access/name': 'assistant', 'bedrock-access/namespace': namespace } });
      await aws.iam.createAccessKey('bedrock-assistant');
      const theirs = await world.left();
      await applied(world, declared());

      // Bedrock in another region: another policy and another environment, the key stays.
      const [key] = (await aws.iam.listAccessKeys('bedrock-openhands-user')) ?? [];
      const moved = declared({ region: 'eu-central-1', models: [{ id: 'eu.anthropic.claude-sonnet-4-6', role: 'default' }] });
      assert.deepEqual(await applied(world, moved), ['update managed-policy bedrock-openhands-policy', 'update environment-config-map bedrock-openhands-environment', 'update workload-environment Deployment openhands']);
      assert.deepEqual(await aws.iam.listAccessKeys('bedrock-openhands-user'), [key]);

      // Another name is another access: it does not take what the first one has, its workload least of all.
      const renamed = declared({ names: { user: 'bedrock-openhands-user' } }, 'assistant');
      const before = await world.left();
      await assert.rejects(events(applyAccess(renamed, await world.run({ adopt: true }))), { id: 'owned-by-other-access' });
      assert.deepEqual(await world.left(), before);

      // The first is removed by its name alone, without a document, and the second then has all for itself.
      assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
      await world.advance(10_000);
      assert.deepEqual(await world.left(), theirs);
      await applied(world, renamed);
      assert.deepEqual((await listAccesses(await world.run(), { allRegions: true })).map(({ name, regions }) => [name, regions]), [['assistant', ['ap-northeast-1', 'us-west-2']]]);
      assert.equal(summaryOf(await events(destroyAccess({ namespace, name: 'assistant' }, await world.run()))).outcome, 'done');
      await world.advance(10_000);
      assert.deepEqual(await world.left(), theirs);
    },
    { objects: [store(), deployment()] },
  ));
