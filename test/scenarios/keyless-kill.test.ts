import { test } from 'node:test';
import { killPoints, killRollback, sample, shown } from './engine-kill.ts';
import { declaration, inWorld, killedApply, killedModes } from './keyless-kill.ts';

const seed = Number(process.env['SEED'] ?? 20_250_308);

/** Where something could be made twice, or left without a name, is tried each time. */
const always: ReadonlySet<string> = new Set(['eks:CreatePodIdentityAssociation', 'create secrets']);

for (const mode of killedModes) {
  test(`an apply with ${mode} that is killed comes to the same end when it is run again`, async (t) => {
    const { apply } = await inWorld((world) => killPoints(world, declaration(mode)));
    const first = apply.filter(({ action, when }) => when === 'after' && always.has(action));
    for (const point of first) await t.test(`killed ${shown(point)}`, () => inWorld((world) => killedApply(mode, world, point)));
  });

  test(`a rollback with ${mode} that is killed leaves nothing behind when it is run again`, async (t) => {
    const { rollback } = await inWorld((world) => killPoints(world, declaration(mode)));
    for (const point of sample(rollback, 1, seed)) await t.test(`seed ${seed}: killed ${shown(point)}`, () => inWorld((world) => killRollback(world, point, declaration(mode))));
  });
}
