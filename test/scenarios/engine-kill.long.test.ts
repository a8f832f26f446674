import { test } from 'node:test';
import { killApply, killPoints, killRollback, shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const { apply, rollback } = await inSandbox(killPoints);

for (const point of apply) test(`an apply killed ${shown(point)} is gone on with by the next run, without an orphan key`, () => inSandbox((world) => killApply(world, point)));
for (const point of rollback) test(`a rollback --all killed ${shown(point)} leaves nothing once it is run again`, () => inSandbox((world) => killRollback(world, point)));
