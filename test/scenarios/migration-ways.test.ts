import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { thereAndBack } from './migration-ways.ts';
import { ways } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`from a mode to another, back in the grace time, and there for good: every pod can call, and nothing is left over (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const some = ways.map((way) => ({ way, order: random() })).sort((a, b) => a.order - b.order).slice(0, 1);
  for (const { way } of some) await t.test(way.join(' to '), () => thereAndBack(way));
});
