import { test } from 'node:test';
import { comesThrough, disturbances, shown } from './engine-faults.ts';
import { killPoints } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

for (const disturbance of disturbances(await inSandbox(killPoints))) {
  test(`${shown(disturbance)}, and the run comes through`, () => inSandbox((world) => comesThrough(world, disturbance)));
}
