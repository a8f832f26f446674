import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { callsOf, errands, interleaved, overtaken } from './rotation-actors.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a rotation that stood still for longer than its Lease changes nothing any more, and what the CronJob began anew comes to one end (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const errand = errands[Math.floor(random() * errands.length)] ?? 'rotation';
  const calls = await callsOf(errand);
  const some = (): number => 1 + Math.floor(random() * calls);
  const [at, first, second] = [some(), some(), some()];
  await t.test(`${errand}: overtaken after call ${at} of ${calls}`, () => overtaken(errand, at));
  await t.test(`${errand}: in turns, after call ${first} and after call ${second}`, () => interleaved(errand, first, second));
});
