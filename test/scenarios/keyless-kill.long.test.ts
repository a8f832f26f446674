import { test } from 'node:test';
import { killPoints, killRollback, shown } from './engine-kill.ts';
import { declaration, inWorld, killedApply, killedModes } from './keyless-kill.ts';

for (const mode of killedModes) {
  test(`an apply with ${mode} that is killed before or after any of its calls comes to the same end`, async (t) => {
    const { apply } = await inWorld((world) => killPoints(world, declaration(mode)));
    for (const point of apply) await t.test(`killed ${shown(point)}`, () => inWorld((world) => killedApply(mode, world, point)));
  });

  test(`a rollback with ${mode} that is killed before or after any of its calls leaves nothing behind`, async (t) => {
    const { rollback } = await inWorld((world) => killPoints(world, declaration(mode)));
    for (const point of rollback) await t.test(`killed ${shown(point)}`, () => inWorld((world) => killRollback(world, point, declaration(mode))));
  });
}
