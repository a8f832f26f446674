import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killPoints, killRollback, sample, shown } from './engine-kill.ts';
import { declaration, inWorld, killedApply } from './roles-anywhere-kill.ts';

const seed = Number(process.env['SEED'] ?? 20_250_308);

test('an apply that is killed, the creation of the profile always and a seeded few more, makes one profile and one certificate in the end', async (t) => {
  const { apply } = await inWorld((world) => killPoints(world, declaration(world)));
  const always = apply.filter(({ action, when }) => when === 'after' && action === 'rolesanywhere:CreateProfile');
  assert.equal(always.length, 1);
  for (const point of [...always, ...sample(apply.filter((one) => !always.includes(one)), 2, seed)]) await t.test(`seed ${seed}: killed ${shown(point)}`, () => inWorld((world) => killedApply(world, point)));
});

test('a rollback that is killed leaves nothing behind when it is run again', async (t) => {
  const { rollback } = await inWorld((world) => killPoints(world, declaration(world)));
  for (const point of sample(rollback, 2, seed)) await t.test(`seed ${seed}: killed ${shown(point)}`, () => inWorld((world) => killRollback(world, point, declaration(world))));
});
