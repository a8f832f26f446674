import { test } from 'node:test';
import { rotationKills, shownKill, survives } from './rotation-kill.ts';

test('a rotation killed before and after each of its changing calls is gone on with', async (t) => {
  for (const point of await rotationKills()) await t.test(shownKill(point), () => survives(point));
});
