import { test } from 'node:test';
import { killApply, killPoints, killRollback, shown } from './engine-kill.ts';

const { apply, rollback } = await killPoints();

for (const point of apply) test(`an apply killed ${shown(point)} is gone on with by the next run, without an orphan key`, () => killApply(point));
for (const point of rollback) test(`a rollback --all killed ${shown(point)} leaves nothing once it is run again`, () => killRollback(point));
