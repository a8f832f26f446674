import { test } from 'node:test';
import { always, killApply, killPoints, killRollback, sample, shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a killed apply is gone on with by the next run, without an orphan key (SEED=${seed})`, async (t) => {
  const { apply } = await inSandbox(killPoints);
  for (const point of [...always, ...sample(apply, 5, seed)]) await t.test(shown(point), () => inSandbox((world) => killApply(world, point)));
});

test(`a killed rollback --all leaves nothing once it is run again (SEED=${seed})`, async (t) => {
  const { rollback } = await inSandbox(killPoints);
  for (const point of sample(rollback, 5, seed + 1)) await t.test(shown(point), () => inSandbox((world) => killRollback(world, point)));
});
