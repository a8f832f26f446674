import { test } from 'node:test';
import { rotationKills, shownKill, survives } from './api-key-kill.ts';
import { withApiKey } from './api-key-world.ts';
import { killApply, killPoints, killRollback, shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

test('with an API key: an apply and a rollback killed at every changing call, before and after, are gone on with', async (t) => {
  const { apply, rollback } = await inSandbox((world) => killPoints(world, withApiKey()));
  for (const point of apply) await t.test(`apply: ${shown(point)}`, () => inSandbox((world) => killApply(world, point, withApiKey())));
  for (const point of rollback) await t.test(`rollback: ${shown(point)}`, () => inSandbox((world) => killRollback(world, point, withApiKey())));
});

test('a rotation of an API key killed at every changing call, and its undo, are gone on with', async (t) => {
  for (const point of await rotationKills()) await t.test(shownKill(point), () => survives(point));
});
