import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationStatus } from '../../src/credentials/index.ts';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { access, declared, deployment, events, failures, forgetRevisions, left, namespace, startEngineWorld, store, summaryOf } from './engine-world.ts';
import { done, ended, findings, inApplied, keys, mark, otherKey, plain, podKeys, rotate, user } from './rotation-world.ts';

const day = 86_400_000;

test('a rotation: a second key, proven, stored, delivered, the pods on it, the old one silent, inactive, and after the grace time gone', () =>
  inApplied(async (world) => {
    const old = await otherKey(world);
    const said = await rotate(world);
    const { phase, next } = ended(said);
    assert.deepEqual(done(said), [
      'create access-key/key',
      'create key-proof/proof',
      'update ssm-parameter/credentials',
      'update external-secret/secret',
      'update workload-environment/Deployment/openhands',
      'update old-access-key/old',
      'update old-access-key/old',
    ]);
    assert.equal(phase, 'delete');
    const second = await otherKey(world, old);
    assert.deepEqual(await keys(world), { [old]: false, [second]: true });
    assert.deepEqual([...(await podKeys(world))], [second]);

    // Before the grace time is over nothing more is done.
    assert.deepEqual(done(await rotate(world, { begin: 'due' })), []);
    await world.sandbox.clock.advance(day);
    assert.ok(Date.parse(String(next)) <= world.sandbox.clock.now().getTime());
    const last = await rotate(world, { begin: 'due' });
    ended(last);
    assert.deepEqual(done(last), ['delete old-access-key/old']);
    assert.deepEqual(await keys(world), { [second]: true });
    assert.equal(await mark(world), undefined);
    const { plan } = await planAccess(plain(), await world.run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    assert.deepEqual(plan.findings, []);
  }));

test('the new key is proven before it is stored: STS and the model accept it many times first', () =>
  inApplied(async (world) => {
    const from = world.sandbox.audit.length;
    await rotate(world);
    const calls = world.sandbox.audit.slice(from);
    const second = await otherKey(world, ...Object.entries(await keys(world)).flatMap(([id, active]) => (active ? [] : [id])));
    const stored = calls.findIndex(({ action }) => action === 'ssm:PutParameter');
    const proof = calls.slice(0, stored).filter(({ accessKeyId, verdict }) => accessKeyId === second && verdict === 'allow');
    assert.ok(proof.filter(({ action }) => action === 'sts:GetCallerIdentity').length >= 10);
    assert.equal(proof.filter(({ operation }) => operation === 'Converse').length, 3);
    const made = calls.findIndex(({ action }) => action === 'iam:CreateAccessKey');
    assert.ok(Date.parse(calls[stored]!.at) - Date.parse(calls[made]!.at) >= 20_000);
  }));

test('an apply in the middle of a rotation leaves both keys as they are and has nothing to say', () =>
  inApplied(async (world) => {
    await rotate(world);
    const before = await keys(world);
    assert.equal(Object.keys(before).length, 2);
    const said = await events(applyAccess(plain(), await world.run()));
    assert.deepEqual(done(said), []);
    assert.deepEqual(await keys(world), before);
    const { plan } = await planAccess(plain(), await world.run());
    assert.deepEqual(plan.findings, []);
  }));

test('destroy in the middle of a rotation takes both keys away, with and without a revision', async () => {
  for (const revisions of [true, false]) {
    const world = await startEngineWorld();
    try {
      const empty = left(world);
      await events(applyAccess(plain(), await world.run()));
      await rotate(world);
      if (!revisions) await forgetRevisions(world);
      const said = await events(destroyAccess(access, await world.run()));
      assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
      await world.sandbox.clock.advance(10_000);
      assert.deepEqual(left(world), empty);
    } finally {
      await world.stop();
    }
  }
});

test('--due begins nothing before rotateAfter, says when, and rotates after it', () =>
  inApplied(async (world) => {
    const early = ended(await rotate(world, { begin: 'due' }));
    assert.equal(early.done, 0);
    assert.match(String(early['next']), /^2026-11-25T09:0/);
    await world.sandbox.clock.advance(day);
    assert.ok(ended(await rotate(world, { begin: 'due' })).done > 0);
  }, plain('1d')));

test('without rotateAfter --due waits for a person', () =>
  inApplied(async (world) => {
    const said = ended(await rotate(world, { begin: 'due' }));
    assert.equal(said.done, 0);
    assert.match(String(said['waitsFor']), /rotate --now/);
  }));

test('a client with containers of its own keeps the old key until it was silent for a day, never on the evidence of pods', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      const first = ended(await rotate(world));
      assert.equal(first['phase'], 'deactivate');
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
      assert.equal(Date.parse(String(first['next'])) - world.sandbox.clock.now().getTime(), day);
      // An agent's container goes on with the old key.
      await world.sandbox.clock.advance(20 * 3_600_000);
      const secret = world.sandbox.aws.issuedSecrets();
      const { aws } = await world.run();
      const { Secret } = await import('../../src/secret.ts');
      let called = false;
      for (const value of secret) called ||= await aws.as({ accessKeyId: old, secretAccessKey: new Secret(value) }).sts.getCallerIdentity().then(() => true, () => false);
      assert.ok(called);
      await world.sandbox.clock.advance(5 * 3_600_000);
      const later = ended(await rotate(world, { begin: 'due' }));
      assert.deepEqual([later['phase'], later.done], ['deactivate', 0]);
      await world.sandbox.clock.advance(20 * 3_600_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    },
    declared(),
  ));

test('--undo in the grace time activates the old key, gives it to the workload again, and lets the other go', () =>
  inApplied(async (world) => {
    const old = await otherKey(world);
    await rotate(world);
    const second = await otherKey(world, old);
    const said = await rotate(world, { undo: true });
    assert.equal(ended(said)['phase'], 'delete');
    assert.deepEqual(await keys(world), { [old]: true, [second]: false });
    assert.deepEqual([...(await podKeys(world))], [old]);
    await world.sandbox.clock.advance(day);
    ended(await rotate(world, { begin: 'due' }));
    assert.deepEqual(await keys(world), { [old]: true });
    const { plan } = await planAccess(plain(), await world.run());
    assert.deepEqual([plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), plan.findings], [[], []]);
  }));

test('--undo with two parameters stores both halves of the old key again', () =>
  inApplied(async (world) => {
    const old = await otherKey(world);
    await rotate(world);
    ended(await rotate(world, { undo: true }));
    assert.deepEqual([...(await podKeys(world))], [old]);
    assert.equal((await keys(world))[old], true);
  }, plain(undefined, 'pair')));

test('with nothing under way there is nothing to undo', () => inApplied(async (world) => {
  await assert.rejects(rotate(world, { undo: true }), { id: 'nothing-to-undo' });
}));

test('an unknown key is left alone and named, and the rotation waits for a person', () =>
  inApplied(async (world) => {
    const { aws } = await world.run();
    const foreign = await aws.iam.createAccessKey(user);
    // Somebody uses it: one that nobody ever used and that nothing names would be a lost one of ours.
    await aws.as(foreign).sts.getCallerIdentity();
    const before = await keys(world);
    await assert.rejects(rotate(world), (error: { id?: string; message?: string }) => error.id === 'unknown-access-key' && error.message?.includes(foreign.accessKeyId) === true);
    assert.deepEqual(await keys(world), before);
  }));

test('two keys and no mark: the one that the pods hold is the one that is left', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      const stopping = await world.run();
      // The roll-out cannot come to its end: the old pod stays.
      await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'merge', body: { spec: { paused: true } } });
      assert.equal(ended(await rotate(world))['phase'], 'restart');
      await stopping.aws.iam.untagUser(user, ['bedrock-access/rotation']);
      const status = await rotationStatus(access, await world.run());
      assert.deepEqual([status.from, status.phase], [old, 'restart']);
      await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'merge', body: { spec: { paused: false } } });
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    },
  ));

test('a roll-out that fails stops the rotation with both keys alive, and --undo goes back', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      // New pods wait for a Secret that does not exist.
      await world.kubernetes.patch(
        { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' },
        { type: 'strategic', body: { spec: { progressDeadlineSeconds: 60, template: { spec: { containers: [{ name: 'openhands', env: [{ name: 'BROKEN', valueFrom: { secretKeyRef: { name: 'not-there', key: 'x' } } }] }] } } } } },
      );
      const said = await rotate(world);
      assert.equal(summaryOf(said).outcome, 'failed');
      assert.ok(findings(said).includes('rotation-stopped'));
      const told = said.find((event) => event.type === 'finding' && event.finding.id === 'rotation-stopped');
      assert.match(JSON.stringify(told), /both work.*rotate --undo/s);
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
      await world.kubernetes.patch(
        { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' },
        { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'openhands', env: [{ $patch: 'delete', name: 'BROKEN' }] }] } } } } },
      );
      ended(await rotate(world, { undo: true }));
      assert.deepEqual([...(await podKeys(world))], [old]);
    },
  ));

test('pods that a person restarts are waited for without a failure, with both keys', () =>
  inApplied(
    async (world) => {
      await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name: 'agent' }, { type: 'merge', body: { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } } });
      const said = await rotate(world);
      const { phase, waitsFor } = ended(said);
      assert.equal(phase, 'restart');
      assert.match(String(waitsFor), /OnDelete/);
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
      for (const { metadata } of await world.kubernetes.list('v1', 'Pod', { namespace })) await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name! });
      await world.sandbox.clock.advance(30_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
    },
    declared({ workloads: [{ kind: 'DaemonSet', name: 'agent', client: 'aws-sdk' }] }),
    { objects: [store(), { ...deployment('agent'), kind: 'DaemonSet', spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'example.invalid/agent:1' }] } } } }] },
  ));

test('an old key that somebody deactivated gets its grace time from when it is first seen', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      await rotate(world);
      const { aws } = await world.run();
      await aws.iam.setAccessKeyActive(user, old, false);
      const first = ended(await rotate(world, { begin: 'due' }));
      assert.equal(first['phase'], 'delete');
      assert.equal(Date.parse(String(first['next'])) - world.sandbox.clock.now().getTime(), day);
    },
    declared(),
  ));

test('the last active key is never deactivated, whatever happened to the new one', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      await rotate(world);
      const second = await otherKey(world, old);
      const { aws } = await world.run();
      await aws.iam.setAccessKeyActive(user, second, false);
      await world.sandbox.clock.advance(3 * day);
      const said = await rotate(world, { begin: 'due' });
      assert.match(String(summaryOf(said)['waitsFor']), new RegExp(`${second} to be active`));
      assert.deepEqual(await keys(world), { [old]: true, [second]: false });
    },
    declared(),
  ));

test('--compromised deactivates first, says what will be felt, and goes on with a new key; --undo does not bring it back', () =>
  inApplied(async (world) => {
    const leaked = await otherKey(world);
    const from = world.sandbox.audit.length;
    const said = await rotate(world, { compromised: true });
    assert.equal(ended(said)['phase'], 'delete');
    const changing = world.sandbox.audit.slice(from).map(({ action }) => action).filter((action) => /^iam:(Update|Create|Delete)/.test(action));
    assert.deepEqual(changing, ['iam:UpdateAccessKey', 'iam:CreatePolicy', 'iam:CreateAccessKey']);
    assert.ok(findings(said).includes('leaked-key-off'));
    const second = await otherKey(world, leaked);
    assert.deepEqual(await keys(world), { [leaked]: false, [second]: true });
    assert.deepEqual([...(await podKeys(world))], [second]);
    await assert.rejects(rotate(world, { undo: true }), { id: 'leaked-key-stays-off' });
    await world.sandbox.clock.advance(day);
    ended(await rotate(world, { begin: 'due' }));
    assert.deepEqual(await keys(world), { [second]: true });
  }));

test('no secret is in marks, events or objects of a rotation', () =>
  inApplied(async (world) => {
    const said = [...(await rotate(world)), ...(await rotate(world, { undo: true }))];
    const secrets = world.sandbox.aws.issuedSecrets();
    const text = JSON.stringify([said, world.sandbox.aws.snapshot(), Object.entries(world.sandbox.kubernetes.snapshot()).filter(([name]) => !name.startsWith('Secret')), world.sandbox.audit]);
    assert.deepEqual(secrets.filter((secret) => text.includes(secret)).length, 0);
  }));
