import { test } from 'node:test';
import { killPoints, killRollback, shown } from './engine-kill.ts';
import { declaration, inWorld, killedApply } from './roles-anywhere-kill.ts';

test('an apply in the mode rolesAnywhere that is killed before or after any of its calls comes to the same end', async (t) => {
  const { apply } = await inWorld((world) => killPoints(world, declaration(world)));
  for (const point of apply) await t.test(`killed ${shown(point)}`, () => inWorld((world) => killedApply(world, point)));
});

test('a rollback in the mode rolesAnywhere that is killed before or after any of its calls leaves nothing behind', async (t) => {
  const { rollback } = await inWorld((world) => killPoints(world, declaration(world)));
  for (const point of rollback) await t.test(`killed ${shown(point)}`, () => inWorld((world) => killRollback(world, point, declaration(world))));
});
