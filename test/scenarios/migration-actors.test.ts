import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { callsOf, interleaved, overtaken } from './migration-actors.ts';
import { mainWays } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a migration that stood still for longer than its Lease changes nothing any more, and what another did comes to one end (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const way = mainWays[Math.floor(random() * mainWays.length)];
  if (way === undefined) throw new TypeError('there are ways');
  const stretch = random() < 0.5 ? 'way' : 'undo';
  const calls = await callsOf(stretch, way);
  const some = (): number => 1 + Math.floor(random() * calls);
  const [at, first, second] = [some(), some(), some()];
  await t.test(`${way.join(' to ')}, ${stretch}: overtaken after call ${at} of ${calls}`, () => overtaken(stretch, way, at));
  await t.test(`${way.join(' to ')}, ${stretch}: in turns, after call ${first} and after call ${second}`, () => interleaved(stretch, way, first, second));
});
