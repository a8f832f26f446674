import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { callsOf, errands, interleaved, overtaken } from './rotation-actors.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const errand of errands) {
  test(`${errand}: a run that stood still changes nothing once its Lease is over, and two in turns come to one end (SEED=${seed})`, async (t) => {
    const random = seeded(seed);
    const calls = await callsOf(errand);
    for (let at = 1; at <= calls; at += 1) {
      await t.test(`overtaken after call ${at} of ${calls}`, () => overtaken(errand, at));
      const other = 1 + Math.floor(random() * calls);
      await t.test(`in turns, after call ${at} and after call ${other}`, () => interleaved(errand, at, other));
    }
  });
}
