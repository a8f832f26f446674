import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killPoints, killRollback, sample, shown } from './engine-kill.ts';
import { declaration, inWorld, killedApply } from './roles-anywhere-kill.ts';

const seed = Number(process.env['SEED'] ?? 20_250_308);

test('a run with a certificate that is killed, at the creation of the profile always and at a seeded call more, comes to the same end', async (t) => {
  const { apply, rollback } = await inWorld((world) => killPoints(world, declaration(world)));
  const always = apply.filter(({ action, when }) => when === 'after' && action === 'rolesanywhere:CreateProfile');
  assert.equal(always.length, 1);
  for (const point of [...always, ...sample(apply.filter((one) => !always.includes(one)), 1, seed)]) await t.test(`seed ${seed}: apply killed ${shown(point)}`, () => inWorld((world) => killedApply(world, point)));
  for (const point of sample(rollback, 1, seed)) await t.test(`seed ${seed}: rollback killed ${shown(point)}`, () => inWorld((world) => killRollback(world, point, declaration(world))));
});
