/** `restart: window`: pods are restarted at the declared time alone, by apply and by rotation. The world begins at 09:00 UTC. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { access, events, failures, summaryOf, type EngineWorld } from './engine-world.ts';
import { done, ended, inApplied, keys, otherKey, plain, podKeys, rotate } from './rotation-world.ts';

/** Open from 18:00 to 20:00 in Tokyo, which is 09:00 to 11:00 UTC; or from 02:00 to 04:00 there, which is 17:00 UTC. */
const evening = { schedule: '0 18 * * *', duration: '2h', timeZone: 'Asia/Tokyo' };
const night = { schedule: '0 2 * * *', duration: '2h', timeZone: 'Asia/Tokyo' };

function within(restartWindow: typeof night, models?: Access['spec']['models']): Access {
  const document = plain('1d');
  return { ...document, spec: { ...document.spec, restart: 'window', restartWindow, ...(models === undefined ? {} : { models }) } };
}

const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default', applicationProfile: false }];

async function changed({ sandbox }: EngineWorld, run: () => Promise<unknown>): Promise<number> {
  const from = sandbox.audit.length;
  await run();
  return sandbox.audit.slice(from).filter(({ action }) => !/^(get|list|watch) |:(Get|List|Describe)|leases/.test(action)).length;
}

test('outside the window apply changes nothing where that would restart pods, says when it opens, and goes on inside it', () =>
  inApplied(async (world) => {
    const { plan } = await planAccess(within(night, haiku), await world.run());
    const [finding] = plan.findings.filter(({ id }) => id === 'restart-window-closed');
    assert.equal(finding?.severity, 'warning');
    assert.match(finding.message, /^this restarts Deployment openhands, and the window for restarts is closed until 2026-11-24T17:00:00\.000Z$/);
    const changes = await changed(world, async () => assert.rejects(events(applyAccess(within(night, haiku), await world.run())), { id: 'restart-window-closed' }));
    assert.equal(changes, 0);

    await world.sandbox.clock.advance(8 * 3_600_000);
    const said = await events(applyAccess(within(night, haiku), await world.run()));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
  }, within(evening)));

test('what restarts no pod is put right outside the window too, and --restart-now and a rollback do not wait for it', () =>
  inApplied(async (world) => {
    const { aws } = await world.run();
    const policy = 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy';
    await aws.iam.detachUserPolicy('bedrock-openhands-user', policy);
    await world.sandbox.clock.advance(3 * 3_600_000);
    assert.equal(summaryOf(await events(applyAccess(within(evening), await world.run()))).outcome, 'done');
    assert.equal(summaryOf(await events(applyAccess(within(evening, haiku), await world.run({ restartNow: true })))).outcome, 'done');
    assert.equal(summaryOf(await events(rollbackAccess(access, await world.run()))).outcome, 'done');
  }, within(evening)));

test('a rotation that is due begins when the window opens, and both keys are good until the pods have moved', () =>
  inApplied(async (world) => {
    const old = await otherKey(world);
    await world.sandbox.clock.advance(27 * 3_600_000);
    const early = await rotate(world, { begin: 'due' });
    assert.deepEqual(done(early), []);
    assert.equal(ended(early)['next'], '2026-11-26T09:00:00.000Z');
    assert.deepEqual(await keys(world), { [old]: true });

    await world.sandbox.clock.advance(21 * 3_600_000);
    const said = await rotate(world, { begin: 'due' });
    assert.ok(done(said).includes('update workload-environment/Deployment/openhands'));
    assert.deepEqual([...(await podKeys(world))], [await otherKey(world, old)]);
  }, within(evening)));

test('a leaked key waits for no window', () =>
  inApplied(async (world) => {
    const old = await otherKey(world);
    await world.sandbox.clock.advance(3 * 3_600_000);
    ended(await rotate(world, { compromised: true }));
    assert.equal((await keys(world))[old], false);
    assert.ok(![...(await podKeys(world))].includes(old));
  }, within(evening)));
