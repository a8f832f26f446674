import { test } from 'node:test';
import { comesThrough, disturbances, shown as shownFault } from './engine-faults.ts';
import { killApply, killPoints, killRollback, shown } from './engine-kill.ts';
import { inSecretsManager, withSecrets } from './secrets-manager-world.ts';

test('with the pair in Secrets Manager: an apply and a rollback killed at every changing call, before and after, are gone on with', async (t) => {
  let points: Awaited<ReturnType<typeof killPoints>> | undefined;
  await withSecrets(async (world) => void (points = await killPoints(world, inSecretsManager())));
  const { apply, rollback } = points ?? { apply: [], rollback: [] };
  for (const point of apply) await t.test(`apply: ${shown(point)}`, () => withSecrets((world) => killApply(world, point, inSecretsManager())));
  for (const point of rollback) await t.test(`rollback: ${shown(point)}`, () => withSecrets((world) => killRollback(world, point, inSecretsManager())));
});

test('with the pair in Secrets Manager: a run comes through dropped connections, throttling and faults at every call of the store', async (t) => {
  let points: Awaited<ReturnType<typeof killPoints>> | undefined;
  await withSecrets(async (world) => void (points = await killPoints(world, inSecretsManager())));
  for (const disturbance of disturbances(points ?? { apply: [], rollback: [] }).filter(({ action }) => action.startsWith('secretsmanager:'))) await t.test(shownFault(disturbance), () => withSecrets((world) => comesThrough(world, disturbance, inSecretsManager())));
});
