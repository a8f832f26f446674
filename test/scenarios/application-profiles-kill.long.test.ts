import { test } from 'node:test';
import { killSwitch, switchPoints } from './application-profiles-kill.ts';
import { shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

for (const point of await inSandbox(switchPoints)) test(`a move from one application profile to another killed ${shown(point)} is gone on with by the next run, and one profile is left`, () => inSandbox((world) => killSwitch(world, point)));
