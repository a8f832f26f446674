import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { sample } from './engine-kill.ts';
import { access, events, failures, forgetRevisions, left, startEngineWorld, summaryOf } from './engine-world.ts';
import { callsBedrock, denial, denyArn, denyMark, leakKills, stolenSession, survivesLeak } from './rotation-leak.ts';
import { done, ended, inApplied, otherKey, plain, rotate, user } from './rotation-world.ts';

const hour = 3_600_000;
const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test('a session that was made with a leaked key outlives the key and is denied; a session of the new key is not', () =>
  inApplied(async (world) => {
    const leaked = await otherKey(world);
    const session = await stolenSession(world);
    assert.equal(await callsBedrock(world, session), 'answered');
    const said = ended(await rotate(world, { compromised: true }));
    assert.equal(said['phase'], 'delete');
    assert.equal(await callsBedrock(world, session), 'denied');
    const there = await denial(world);
    assert.deepEqual([there?.attached, there?.reason], [true, `access key ${leaked} has leaked`]);
    const left = (Date.parse(there?.expires ?? '') - world.sandbox.clock.now().getTime()) / hour;
    assert.ok(left > 35.5 && left <= 36.1, `${left} h`);
    await world.sandbox.clock.advance(60_000);
    assert.equal(await callsBedrock(world, await stolenSession(world)), 'answered');
  }));

test('the key goes first, then its sessions, and only then the new key is made', () =>
  inApplied(async (world) => {
    const from = world.sandbox.audit.length;
    ended(await rotate(world, { compromised: true }));
    const changing = world.sandbox.audit.slice(from).map(({ action }) => action).filter((action) => /^iam:(Update|Create|Attach)/.test(action));
    assert.deepEqual(changing, ['iam:UpdateAccessKey', 'iam:CreatePolicy', 'iam:AttachUserPolicy', 'iam:CreateAccessKey']);
  }));

test('apply keeps the denial, and puts it back where somebody took it off or away, or wrote into it', () =>
  inApplied(async (world) => {
    const session = await stolenSession(world);
    ended(await rotate(world, { compromised: true }));
    const inPlace = async (): Promise<void> => {
      const { plan } = await planAccess(plain(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    };
    await inPlace();
    const { aws } = await world.run();
    const repaired = async (step: string): Promise<void> => {
      const said = await events(applyAccess(plain(), await world.run()));
      assert.deepEqual([summaryOf(said).outcome, failures(said), done(said)], ['done', [], [step]]);
      assert.equal(await callsBedrock(world, session), 'denied');
      await inPlace();
    };
    await aws.iam.detachUserPolicy(user, denyArn);
    await repaired('update deny-policy/sessions');
    await aws.iam.createPolicyVersion(denyArn, { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    await repaired('update deny-policy/sessions');
    await aws.iam.detachUserPolicy(user, denyArn);
    for (const { id, isDefault } of await aws.iam.listPolicyVersions(denyArn)) if (!isDefault) await aws.iam.deletePolicyVersion(denyArn, id);
    await aws.iam.deletePolicy(denyArn);
    await repaired('create deny-policy/sessions');
    // A rotation mends it as well.
    await aws.iam.detachUserPolicy(user, denyArn);
    assert.deepEqual(done(await rotate(world, { begin: 'due' })), ['update deny-policy/sessions']);
  }));

test('when no session of a leaked key can live any more, the next apply or rotate --due takes the denial away, and nothing of it is left', async () => {
  for (const by of ['apply', 'rotate'] as const) {
    await inApplied(async (world) => {
      ended(await rotate(world, { compromised: true }));
      await world.sandbox.clock.advance(25 * hour);
      ended(await rotate(world, { begin: 'due' }));
      assert.equal((await denial(world))?.attached, true, 'the rotation is over, and the denial stays for its time');
      await world.sandbox.clock.advance(12 * hour);
      const said = by === 'apply' ? await events(applyAccess(plain(), await world.run())) : await rotate(world, { begin: 'due' });
      assert.equal(ended(said).outcome, 'done');
      assert.deepEqual(done(said).map((step) => step.split('/')[0]), ['delete deny-policy']);
      assert.deepEqual([await denial(world), await denyMark(world)], [undefined, undefined]);
    });
  }
});

test('a second leak within that time moves the denial on', () =>
  inApplied(async (world) => {
    ended(await rotate(world, { compromised: true, grace: 0 }));
    await world.sandbox.clock.advance(2 * hour);
    const session = await stolenSession(world);
    assert.equal(await callsBedrock(world, session), 'answered');
    const second = await otherKey(world);
    ended(await rotate(world, { compromised: true }));
    assert.equal(await callsBedrock(world, session), 'denied');
    assert.equal((await denial(world))?.reason, `access key ${second} has leaked`);
  }));

test('destroy takes the denial away with the rest, with and without a revision', async () => {
  for (const revisions of [true, false]) {
    const world = await startEngineWorld();
    try {
      const empty = left(world);
      await events(applyAccess(plain(), await world.run()));
      await world.sandbox.clock.advance(60_000);
      ended(await rotate(world, { compromised: true }));
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

test(`rotate --compromised and the end of its denial, killed: gone on with (SEED=${seed})`, async (t) => {
  for (const point of sample(await leakKills(), 2, seed)) await t.test(`${point.ending ? 'its end' : 'the leak'}: ${point.when} ${point.action} ${point.skip + 1}`, () => survivesLeak(point));
});
