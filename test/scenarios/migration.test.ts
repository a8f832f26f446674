/** From every mode of credentials to every other, and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../src/access/types.ts';
import { migrationStatus, rotateAccess } from '../../src/credentials/index.ts';
import { accessStatus, applyAccess, destroyAccess, rollbackAccess } from '../../src/engine/index.ts';
import { access, events, failures, namespace, summaryOf, type EngineWorld } from './engine-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { inMigration, mainWays, migrate, onlyEver, times, type MigrationWorld } from './migration-world.ts';
import { ended, findings, keys, plain } from './rotation-world.ts';

const day = 86_400_000;

async function refused(run: AsyncIterable<Parameters<typeof failures>[0][number]>): Promise<string> {
  try {
    await events(run);
    return 'not refused';
  } catch (error) {
    return error instanceof Error && 'id' in error ? String(error.id) : String(error);
  }
}

async function podNames({ kubernetes }: EngineWorld): Promise<readonly string[]> {
  return (await kubernetes.list('v1', 'Pod', { namespace })).map(({ metadata }) => metadata.name ?? '').sort();
}

for (const [from, to] of mainWays) {
  test(`from ${from} to ${to}: nothing of ${from} is left, apply has nothing to do, and there is no way back`, async () => {
    await inMigration(from, async (world) => {
      ended(await migrate(world, { ...times, to: world.in(to) }));
      await onlyEver(to, world);
      assert.equal(await migrationStatus(access, await world.run()), undefined);
      assert.equal(summaryOf(await migrate(world, { to: world.in(to) })).done, 0);
      await assert.rejects(migrate(world, { undo: true }), { id: 'nothing-to-undo' });
    });
  });

  test(`from ${from} to ${to} and back in the grace time: ${from} is as it was, and nothing of ${to} is left`, async () => {
    await inMigration(from, async (world) => {
      const before = await keys(world);
      const waits = ended(await migrate(world, { to: world.in(to), silence: 0, grace: day }));
      assert.equal(waits['phase'], 'withdraw');
      assert.equal((await migrationStatus(access, await world.run(), { grace: day }))?.phase, 'withdraw');
      if (from === 'accessKey') assert.deepEqual(Object.values(await keys(world)), [false]);
      await everyPodCalls(world);
      ended(await migrate(world, { ...times, undo: true }));
      await everyPodCalls(world);
      await onlyEver(from, world);
      if (from === 'accessKey') assert.deepEqual(await keys(world), before);
    });
  });
}

test('while both are valid nothing else is done to the access: apply, rollback and rotate say what is under way, status shows it, and destroy removes both', async () => {
  await inMigration('accessKey', async (world) => {
    const waits = ended(await migrate(world, { to: world.in('webIdentity'), silence: day }));
    assert.equal(waits['phase'], 'deactivate');
    for (const mode of ['accessKey', 'webIdentity'] as const) assert.equal(await refused(applyAccess(world.in(mode), await world.run())), 'migration-under-way');
    assert.equal(await refused(rollbackAccess(access, await world.run())), 'migration-under-way');
    assert.equal(await refused(rotateAccess(access, await world.run(), { begin: 'now' })), 'migration-under-way');
    assert.equal(ended(await events(rotateAccess(access, await world.run(), { begin: 'due' }))).done, 0);
    const status = await accessStatus(access, await world.run());
    assert.deepEqual(status.resources.filter(({ state }) => state !== 'in place'), []);
    assert.deepEqual(status.findings.filter(({ severity }) => severity === 'error'), []);
    ended(await events(destroyAccess(access, await world.run())));
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  });
});

test('the workload is switched while the window for restarts is open, or with --restart-now', async () => {
  // The world begins at 09:00 UTC, which is 18:00 in Tokyo.
  const spec = { restart: 'window', restartWindow: { schedule: '0 2 * * *', duration: '2h', timeZone: 'Asia/Tokyo' } } as const;
  const opens = '2026-11-24T17:00:00.000Z';
  const begin = async (world: MigrationWorld, tell: (to: Access) => Promise<void>): Promise<void> => {
    const to = world.in('webIdentity', spec);
    const before = await podNames(world);
    const waits = ended(await migrate(world, { to, ...times }));
    assert.equal(waits['phase'], 'switch');
    assert.equal(waits['next'], opens);
    assert.deepEqual(await podNames(world), before);
    await tell(to);
  };
  await inMigration('accessKey', (world) => begin(world, async (to) => {
    await world.sandbox.clock.advance(8 * 3_600_000);
    ended(await migrate(world, { to, ...times }));
    assert.equal(await migrationStatus(access, await world.run()), undefined);
  }), { spec });
  await inMigration('accessKey', (world) => begin(world, async (to) => {
    ended(await migrate(world, { to, ...times, restartNow: true }));
    assert.equal(await migrationStatus(access, await world.run()), undefined);
  }), { spec });
});

test('a way back before the workload had anything of the new mode restarts no pod', async () => {
  await inMigration('accessKey', async (world) => {
    const before = await podNames(world);
    world.sandbox.faults.add({ action: 'update controllerrevisions', fault: { kind: 'kill', when: 'before' } });
    await migrate(world, { to: world.in('webIdentity') }).catch(() => []);
    world.sandbox.faults.clear();
    await world.sandbox.clock.advance(130_000);
    assert.equal((await migrationStatus(access, await world.run()))?.phase, 'prove');
    ended(await migrate(world, { undo: true }));
    assert.deepEqual(await podNames(world), before);
    await onlyEver('accessKey', world);
  });
});

test('a way back while the new mode is half made finishes nothing of it, and the workload never gets it', async () => {
  await inMigration('accessKey', async (world) => {
    const before = await podNames(world);
    world.sandbox.faults.add({ action: 'iam:CreateRole', fault: { kind: 'kill', when: 'before' } });
    await migrate(world, { to: world.in('webIdentity') }).catch(() => []);
    world.sandbox.faults.clear();
    await world.sandbox.clock.advance(130_000);
    assert.equal((await migrationStatus(access, await world.run()))?.phase, 'beside');
    const from = world.sandbox.audit.length;
    ended(await migrate(world, { undo: true }));
    assert.deepEqual(world.sandbox.audit.slice(from).map(({ action }) => action).filter((action) => action === 'iam:CreateRole' || action === 'patch deployments'), []);
    assert.deepEqual(await podNames(world), before);
    await onlyEver('accessKey', world);
  });
});

test('a declaration that differs from what was applied by the layout of the key alone is a rotation into the other layout', async () => {
  await inMigration('accessKey', async (world) => {
    ended(await migrate(world, { ...times, to: plain(undefined, 'pair') }));
    ended(await migrate(world, { ...times, to: world.in('accessKey') }));
    await onlyEver('accessKey', world);
    assert.equal(Object.keys(await keys(world)).length, 1);
  });
});

test('what was begun with a wrong declaration is put right by another, before the workload had anything of it', async () => {
  await inMigration('accessKey', async (world) => {
    world.sandbox.faults.add({ action: 'update controllerrevisions', fault: { kind: 'kill', when: 'before' } });
    await migrate(world, { to: world.in('webIdentity', { credentials: { webIdentity: { issuer: 'https://oidc.lolice.example', serviceAccount: 'openhands', role: 'a-mistake' } } }) }).catch(() => []);
    world.sandbox.faults.clear();
    await world.sandbox.clock.advance(130_000);
    assert.ok(JSON.stringify(world.sandbox.aws.snapshot()).includes('a-mistake'));
    assert.deepEqual(findings(await migrate(world, { ...times, to: world.in('webIdentity') })), []);
    await onlyEver('webIdentity', world);
  });
});
