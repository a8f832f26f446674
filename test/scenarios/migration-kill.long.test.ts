import { test } from 'node:test';
import { migrationKills, shownKill, survives } from './migration-kill.ts';
import { ways } from './migration-world.ts';

test('a migration and its way back, killed before and after each of their changing calls, are gone on with', async (t) => {
  for (const point of await migrationKills(ways)) await t.test(shownKill(point), () => survives(point));
});
