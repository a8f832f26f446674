import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { migrationKills, shownKill, survives } from './migration-kill.ts';
import { mainWays } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a killed migration, and a killed way back, are gone on with: every pod can call all the while, and nothing is left over (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const way = mainWays[Math.floor(random() * mainWays.length)];
  const points = await migrationKills(way === undefined ? [] : [way], [random() < 0.5 ? 'way' : 'undo']);
  const some = points.map((point) => ({ point, order: random() })).sort((a, b) => a.order - b.order).slice(0, 2);
  for (const { point } of some) await t.test(shownKill(point), () => survives(point));
});
