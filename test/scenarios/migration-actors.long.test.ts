import { test } from 'node:test';
import { seeded } from './engine-world.ts';
import { callsOf, interleaved, overtaken } from './migration-actors.ts';
import { mainWays } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const way of mainWays) {
  for (const stretch of ['way', 'undo'] as const) {
    test(`${way.join(' to ')}, ${stretch}: a run that stood still changes nothing once its Lease is over, and two in turns come to one end (SEED=${seed})`, async (t) => {
      const random = seeded(seed);
      const calls = await callsOf(stretch, way);
      // Every eighth call, from one of eight: eight seeds in a row look at all of them.
      for (let at = 1 + (seed % 8); at <= calls; at += 8) {
        await t.test(`overtaken after call ${at} of ${calls}`, () => overtaken(stretch, way, at));
        const other = 1 + Math.floor(random() * calls);
        await t.test(`in turns, after call ${at} and after call ${other}`, () => interleaved(stretch, way, at, other));
      }
    });
  }
}
