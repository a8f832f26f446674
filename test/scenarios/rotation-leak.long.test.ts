import { test } from 'node:test';
import { leakKills, survivesLeak } from './rotation-leak.ts';

test('rotate --compromised and the end of its denial, killed before and after each changing call: gone on with', async (t) => {
  for (const point of await leakKills()) await t.test(`${point.ending ? 'its end' : 'the leak'}: ${point.when} ${point.action} ${point.skip + 1}`, () => survivesLeak(point));
});
