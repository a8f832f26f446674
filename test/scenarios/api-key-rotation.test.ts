import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationStatus } from '../../src/credentials/index.ts';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { foundBy, userName, verified, withApiKey } from './api-key-world.ts';
import { access, events, failures, summaryOf, type EngineWorld } from './engine-world.ts';
import { ended, inApplied, podKeys, rotate } from './rotation-world.ts';

const [minute, hour] = [60_000, 3_600_000];

/** The user's API keys by id: is it active? */
async function keysOf(world: EngineWorld): Promise<Readonly<Record<string, boolean>>> {
  const { aws } = await world.run();
  return Object.fromEntries(((await aws.apiKeys.list(userName)) ?? []).map(({ id, active }) => [id, active]));
}

async function onlyKey(world: EngineWorld): Promise<string> {
  const all = Object.keys(await keysOf(world));
  assert.equal(all.length, 1, String(all));
  return all[0] ?? '';
}

function waiting(said: readonly RunEvent[]): string {
  return String(summaryOf(said).waitsFor);
}

test('a rotation of an API key: a second one, proven by calls of the model, stored, delivered, the pods on it, the old one inactive, and after the grace time gone', () =>
  inApplied(async (world) => {
    const first = await onlyKey(world);
    assert.deepEqual(failures(await rotate(world, { silence: hour })), []);
    const second = Object.keys(await keysOf(world)).find((id) => id !== first);
    assert.ok(second !== undefined);
    assert.deepEqual(await podKeys(world), new Set([second]));
    // It answered before it was stored.
    const audit = world.sandbox.audit.filter(({ accessKeyId, operation }) => (operation === 'Converse' && accessKeyId === second) || operation === 'PutParameter');
    const stored = audit.findLastIndex(({ operation }) => operation === 'PutParameter');
    assert.ok(audit.slice(0, stored).filter(({ operation, status }) => operation === 'Converse' && status === 200).length >= 4, JSON.stringify(audit));
    assert.match(waiting(await rotate(world, { silence: hour })), /API key ACCA\w+ to be silent for 1 h .*IAM tells no last use of an API key/);

    await rotate(world);
    assert.deepEqual(await keysOf(world), { [first]: false, [second]: true });
    assert.deepEqual(foundBy(await verified(withApiKey(), await world.run())), []);
    await world.advance(25 * hour);
    await rotate(world, { begin: 'due' });
    assert.deepEqual(await keysOf(world), { [second]: true });
    assert.equal((await rotationStatus(access, await world.run())).underWay, false);
    const { plan } = await planAccess(withApiKey(), await world.run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ kind }) => kind), []);
    assert.deepEqual(failures(await events(destroyAccess(access, await world.run()))), []);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  }, withApiKey()));

test('--undo in the grace time activates the old API key, and gives its token to the workload again', () =>
  inApplied(async (world) => {
    const first = await onlyKey(world);
    await rotate(world);
    await world.advance(6 * minute);
    await rotate(world);
    assert.equal((await keysOf(world))[first], false);
    assert.deepEqual(failures(await rotate(world, { undo: true })), []);
    assert.equal((await keysOf(world))[first], true);
    assert.deepEqual(await podKeys(world), new Set([first]));
    assert.deepEqual(foundBy(await verified(withApiKey(), await world.run())), []);
  }, withApiKey()));

test('--compromised deactivates the leaked API key first and goes on with a new one; no policy denies sessions, since it makes none', () =>
  inApplied(async (world) => {
    const first = await onlyKey(world);
    const said = await rotate(world, { compromised: true });
    assert.deepEqual(failures(said), []);
    const keys = await keysOf(world);
    assert.equal(keys[first], false);
    assert.deepEqual(await podKeys(world), new Set(Object.keys(keys).filter((id) => id !== first)));
    assert.doesNotMatch(JSON.stringify(world.sandbox.aws.snapshot()), /deny-sessions/);
    assert.match(JSON.stringify(said), /API key ACCA\w+ is deactivated now/);
  }, withApiKey()));

test('a key that AWS ends is due for rotation well before, without rotateAfter, and the workload never holds a dead one', () => {
  const declaration = withApiKey({ expiresAfter: '1d' });
  return inApplied(async (world) => {
    const first = await onlyKey(world);
    const { dueAt, keyCreatedAt } = await rotationStatus(access, await world.run());
    assert.equal(Date.parse(dueAt ?? '') - Date.parse(keyCreatedAt ?? ''), 16 * hour);
    assert.equal(summaryOf(await rotate(world, { begin: 'due' })).next, dueAt);
    assert.equal(await onlyKey(world), first);
    await world.advance(16 * hour);
    await rotate(world, { begin: 'due' });
    const second = Object.keys(await keysOf(world)).find((id) => id !== first) ?? '';
    assert.deepEqual(await podKeys(world), new Set([second]));
    await world.advance(6 * minute);
    await rotate(world, { begin: 'due', grace: minute });
    await world.advance(2 * minute);
    await rotate(world, { begin: 'due', grace: minute });
    assert.deepEqual(await keysOf(world), { [second]: true });
    await world.advance(9 * hour);
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), []);
  }, declaration);
});

test('a key whose end has come stops apply with the way on, and a rotation makes another', () => {
  const declaration = withApiKey({ expiresAfter: '1d' });
  return inApplied(async (world) => {
    const first = await onlyKey(world);
    await world.advance(25 * hour);
    const { plan } = await planAccess(declaration, await world.run());
    const [finding] = plan.findings.filter(({ id }) => id === 'access-key-inactive');
    assert.match(`${finding?.severity} ${finding?.cause} ${finding?.remedy}`, /^error .*its end has come.*rotate --now/);
    ended(await rotate(world, { silence: minute, grace: minute }));
    const second = await onlyKey(world);
    assert.notEqual(second, first);
    assert.deepEqual(await podKeys(world), new Set([second]));
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), []);
  }, declaration);
});

test('an API key that nobody knows is left alone and named, and the rotation waits for a person', () =>
  inApplied(async (world) => {
    const { aws } = await world.run();
    await world.advance(hour);
    const foreign = await aws.apiKeys.create(userName);
    await assert.rejects(rotate(world), { id: 'unknown-access-key', message: new RegExp(`has an API key that this program did not make: ${foreign.id}`) });
    const { plan } = await planAccess(withApiKey(), await world.run());
    assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key').map(({ severity }) => severity), ['warning']);
    assert.equal((await keysOf(world))[foreign.id], true);
  }, withApiKey()));

test('a key of a run that was stopped before it could store it is lost: the next run removes it and makes another', () =>
  inApplied(async (world) => {
    const first = await onlyKey(world);
    world.faults.add({ action: 'iam:CreateServiceSpecificCredential', fault: { kind: 'kill', when: 'after' } });
    await rotate(world).catch(() => undefined);
    const [lost] = Object.keys(await keysOf(world)).filter((id) => id !== first);
    assert.ok(lost !== undefined);
    await world.advance(5 * minute);
    assert.deepEqual(failures(await rotate(world)), []);
    const now = Object.keys(await keysOf(world));
    assert.ok(!now.includes(lost));
    assert.equal(now.length, 2);
    assert.deepEqual(failures(await events(applyAccess(withApiKey(), await world.run()))), []);
  }, withApiKey()));
