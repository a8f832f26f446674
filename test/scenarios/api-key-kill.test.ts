import { test } from 'node:test';
import { always, rotationKills, shownKill, survives } from './api-key-kill.ts';
import { withApiKey } from './api-key-world.ts';
import { killApply, killPoints, killRollback, sample, shown, type KillPoint } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? 20250308);
const applies: readonly KillPoint[] = [{ action: 'iam:CreateServiceSpecificCredential', skip: 0, when: 'after' }];

test(`with an API key: an apply and a rollback killed at a call are gone on with; no key is left (SEED=${seed})`, async (t) => {
  const { apply, rollback } = await inSandbox((world) => killPoints(world, withApiKey()));
  for (const point of [...applies, ...sample(apply, 2, seed)]) await t.test(`apply: ${shown(point)}`, () => inSandbox((world) => killApply(world, point, withApiKey())));
  for (const point of sample(rollback, 2, seed)) await t.test(`rollback: ${shown(point)}`, () => inSandbox((world) => killRollback(world, point, withApiKey())));
});

test(`a rotation of an API key killed at a call is gone on with: one key is left, and the pods hold it (SEED=${seed})`, async (t) => {
  for (const point of [...always, ...sample(await rotationKills(), 1, seed)]) await t.test(shownKill(point), () => survives(point));
});
