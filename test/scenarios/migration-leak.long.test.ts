import { test } from 'node:test';
import { leakIsCut, leakKillsOf, leaks, leaksOfTwo, shownLeak, shownLeakKill, survivesLeakKill } from './migration-leak.ts';

test('a key that leaks while a migration is under way, at each of its stages, beside a role and beside a key of the other sort', async (t) => {
  for (const leak of [...leaks, ...leaksOfTwo]) await t.test(shownLeak(leak), () => leakIsCut(leak));
});

test('rotate --compromised in the middle of a migration, and the migration after it, killed before and after each changing call: gone on with', async (t) => {
  for (const point of await leakKillsOf(leaks)) await t.test(shownLeakKill(point), () => survivesLeakKill(point));
});
