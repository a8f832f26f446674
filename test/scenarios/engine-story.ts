import assert from 'node:assert/strict';
import { accessStatus, applyAccess, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { access, changes, declared, events, failures, namespace, summaryOf, type Scenario } from './engine-world.ts';

export const story: readonly Scenario[] = [
  {
    name: 'the access of the original request: applied, left alone, put right after drift, rolled back, nothing left',
    async play(world) {
      const empty = await world.left();

      const first = await world.run();
      const applied = await events(applyAccess(declared(), first));
      assert.deepEqual(failures(applied), []);
      assert.equal(summaryOf(applied).outcome, 'done');
      assert.ok(first.aws.calls.length <= 14, `${first.aws.calls.length} AWS calls: ${first.aws.calls.map(({ action }) => action).join(' ')}`);

      const secret = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
      const status = await accessStatus(access, await world.run());
      assert.equal(secret?.metadata.annotations?.['bedrock-access.dev/access-key-id'], status.accessKeyId);
      assert.deepEqual(status.resources.filter(({ state }) => state !== 'in place'), []);
      assert.deepEqual(status.revisions.map(({ number, state }) => [number, state]), [[1, 'complete']]);

      const second = await world.run();
      const { plan } = await planAccess(declared(), second);
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none'), []);
      assert.ok(second.aws.calls.length <= 8, `${second.aws.calls.length} AWS calls: ${second.aws.calls.map(({ action }) => action).join(' ')}`);
      assert.equal((await listAccesses(await world.run()))[0]?.user, 'bedrock-openhands-user');

      const admin = await world.run();
      await admin.aws.iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
      const drifted = await events(applyAccess(declared(), await world.run()));
      assert.deepEqual(changes(drifted), ['create policy-attachment bedrock-openhands-policy on bedrock-openhands-user']);
      assert.equal(summaryOf(drifted).outcome, 'done');

      const removed = await events(rollbackAccess(access, await world.run(), { all: true }));
      assert.deepEqual(failures(removed), []);
      assert.equal(summaryOf(removed).outcome, 'done');
      await world.advance(10_000);
      assert.deepEqual(await world.left(), empty);
      await assert.rejects(events(destroyAccess(access, await world.run())), { id: 'access-not-found' });
    },
  },
];
