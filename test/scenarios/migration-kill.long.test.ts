import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { migrationKills, shownKill, survives } from './migration-kill.ts';
import { mainWays, ways } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a migration and its way back, killed before and after each of their changing calls, are gone on with (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const others = ways.filter((way) => !mainWays.some(([from, to]) => from === way[0] && to === way[1])).map((way) => ({ way, order: random() })).sort((a, b) => a.order - b.order).slice(0, 3);
  for (const point of await migrationKills([...mainWays, ...others.map(({ way }) => way)])) await t.test(shownKill(point), () => survives(point));
});
