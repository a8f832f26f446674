/** A key that lies in Secrets Manager, rotated, taken back, and killed on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planAccess } from '../../src/engine/index.ts';
import { comesThrough } from './engine-faults.ts';
import { killApply, killPoints, killRollback, shown, type KillPoint } from './engine-kill.ts';
import { deployment, store } from './engine-world.ts';
import { done, ended, inApplied, keys, mark, otherKey, podKeys, rotate } from './rotation-world.ts';
import { inSecretsManager, region, secretName, secretsStore, withSecrets } from './secrets-manager-world.ts';

const objects = [store(), secretsStore(), deployment()];

/** Short, so that one run comes to the end. */
const times = { silence: 30_000, grace: 30_000 };

test('a rotation in Secrets Manager: the new key is proven, put as a version of its own, delivered, and the old one goes', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      const from = world.sandbox.audit.length;
      const said = await rotate(world, times);
      ended(said);
      assert.ok(done(said).includes('update secretsmanager-secret/credentials'));
      const calls = world.sandbox.audit.slice(from);
      const second = await otherKey(world, old);
      const put = calls.findIndex(({ action }) => action === 'secretsmanager:PutSecretValue');
      assert.ok(calls.slice(0, put).filter(({ accessKeyId, verdict, action }) => accessKeyId === second && verdict === 'allow' && action === 'sts:GetCallerIdentity').length >= 10);
      assert.deepEqual(await keys(world), { [second]: true });
      assert.deepEqual([...(await podKeys(world))], [second]);
      assert.equal(await mark(world), undefined);
      const { aws } = await world.run();
      assert.deepEqual((await aws.secretsManager(region).listVersions(secretName))?.map((id) => id.split('-')[0]), [old, second]);
      const { plan } = await planAccess(inSecretsManager(), await world.run());
      assert.deepEqual([plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), plan.findings], [[], []]);
    },
    inSecretsManager(),
    { objects },
  ));

test('--undo takes the earlier key from the version that names it, as a version of its own', () =>
  inApplied(
    async (world) => {
      const old = await otherKey(world);
      ended(await rotate(world, { silence: 0 }));
      const second = await otherKey(world, old);
      ended(await rotate(world, { ...times, undo: true }));
      assert.deepEqual(await keys(world), { [old]: true });
      assert.deepEqual([...(await podKeys(world))], [old]);
      const { aws } = await world.run();
      const versions = await aws.secretsManager(region).listVersions(secretName);
      assert.deepEqual(versions?.map((id) => id.split('-')[0]), [old, second, old]);
      assert.equal(new Set(versions).size, 3);
    },
    inSecretsManager(),
    { objects },
  ));

for (const { action, when } of [{ action: 'secretsmanager:PutSecretValue', when: 'before' }, { action: 'secretsmanager:PutSecretValue', when: 'after' }] satisfies readonly Omit<KillPoint, 'skip'>[]) {
  test(`a rotation killed ${when} ${action} comes to its end when it is run again, with one key`, () =>
    inApplied(
      async (world) => {
        const first = await otherKey(world);
        world.sandbox.faults.add({ action, fault: { kind: 'kill', when } });
        await rotate(world, times).catch(() => undefined);
        assert.ok(world.sandbox.audit.some(({ code }) => code === 'ConnectionDropped'));
        world.sandbox.faults.clear();
        await world.sandbox.clock.advance(130_000);
        ended(await rotate(world, { ...times, begin: (await mark(world)) === undefined ? 'now' : 'due' }));
        const left = await keys(world);
        assert.deepEqual(Object.values(left), [true]);
        assert.ok(!(first in left));
        assert.deepEqual([...(await podKeys(world))], Object.keys(left));
      },
      inSecretsManager(),
      { objects },
    ));
}

test('an apply and a rollback --all in Secrets Manager, killed at a call of the store, are gone on with', async (t) => {
  let points: Awaited<ReturnType<typeof killPoints>> | undefined;
  await withSecrets(async (world) => void (points = await killPoints(world, inSecretsManager())));
  const { apply, rollback } = points ?? { apply: [], rollback: [] };
  const ofStore = (all: readonly KillPoint[]): readonly KillPoint[] => all.filter(({ action }) => action.startsWith('secretsmanager:'));
  assert.equal(ofStore(apply).length, 2);
  assert.equal(ofStore(rollback).length, 2);
  for (const point of [...ofStore(apply), { action: 'iam:CreateAccessKey', skip: 0, when: 'after' as const }]) await t.test(shown(point), () => withSecrets((world) => killApply(world, point, inSecretsManager())));
  for (const point of ofStore(rollback)) await t.test(`rollback: ${shown(point)}`, () => withSecrets((world) => killRollback(world, point, inSecretsManager())));
});

test('an apply comes through what Secrets Manager answers while a deleted secret is not quite gone, and through a lost answer', async (t) => {
  const faults = [
    // "You can't create this secret because a secret with this name is already scheduled for deletion": for "a short delay" after a deletion without a window.
    { kind: 'status', status: 400, code: 'InvalidRequestException' },
    { kind: 'drop', when: 'after' },
  ] as const;
  for (const fault of faults) await t.test(fault.kind, () => withSecrets((world) => comesThrough(world, { action: 'secretsmanager:CreateSecret', skip: 0, fault, command: 'apply' }, inSecretsManager())));
});

test('a move to two parameters is refused by name before anything is touched', () =>
  inApplied(
    async (world) => {
      const from = world.sandbox.audit.length;
      await assert.rejects(rotate(world, { layout: 'pair' }), { id: 'layout-not-in-store' });
      assert.deepEqual(world.sandbox.audit.slice(from).filter(({ action }) => /secretsmanager:(Put|Create)|iam:Create/.test(action)), []);
    },
    inSecretsManager(),
    { objects },
  ));

test('no secret is in marks, events, objects or calls of a rotation in Secrets Manager', () =>
  inApplied(
    async (world) => {
      const said = [...(await rotate(world)), ...(await rotate(world, { undo: true }))];
      const secrets = world.sandbox.aws.issuedSecrets();
      assert.ok(secrets.length >= 2);
      const text = JSON.stringify([said, world.sandbox.aws.snapshot(), Object.entries(world.sandbox.kubernetes.snapshot()).filter(([name]) => !name.startsWith('Secret')), world.sandbox.audit]);
      assert.deepEqual(secrets.filter((secret) => text.includes(secret)).length, 0);
    },
    inSecretsManager(),
    { objects },
  ));
