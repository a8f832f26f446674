import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { rotationKills, shownKill, survives } from './rotation-kill.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a killed rotation is gone on with: never without a working key, never more than two, none left over (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const points = await rotationKills();
  const some = points.map((point) => ({ point, order: random() })).sort((a, b) => a.order - b.order).slice(0, 4);
  for (const { point } of some) await t.test(shownKill(point), () => survives(point));
});
