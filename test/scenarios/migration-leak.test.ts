import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sample } from './engine-kill.ts';
import { events, access } from './engine-world.ts';
import { rotateAccess } from '../../src/credentials/index.ts';
import { leakIsCut, leakKillsOf, leaks, shownLeak, shownLeakKill, survivesLeakKill, whenLeaked } from './migration-leak.ts';
import { keys, rotate } from './rotation-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a key that leaks while a migration is under way is off at once with its sessions, and the migration goes on, or back, to other credentials (SEED=${seed})`, async (t) => {
  for (const leak of [...leaks].filter((_, index) => index % 4 === seed % 4)) await t.test(shownLeak(leak), () => leakIsCut(leak));
});

test(`rotate --compromised in the middle of a migration, and the migration after it, killed: gone on with (SEED=${seed})`, async (t) => {
  for (const point of sample(await leakKillsOf(leaks.slice(seed % leaks.length).slice(0, 1)), 1, seed)) await t.test(shownLeakKill(point), () => survivesLeakKill(point));
});

test('while both modes have a key, the one that has leaked has to be named, and nothing is changed before', () =>
  whenLeaked({ way: ['accessKey', 'apiKey'], stage: 'switched' }, async (world, leaked) => {
    const before = await keys(world);
    await assert.rejects(rotate(world, { compromised: true }), { id: 'leaked-key-unclear' });
    await assert.rejects(rotate(world, { compromised: true, key: 'AKIAUNKNOWN' }), { id: 'leaked-key-unclear' });
    assert.deepEqual(await keys(world), before);
    await events(rotateAccess(access, await world.run(), { begin: 'due', compromised: true, key: leaked }));
    assert.deepEqual(await keys(world), { [leaked]: false });
  }));
