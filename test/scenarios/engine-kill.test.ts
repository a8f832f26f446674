import { test } from 'node:test';
import { killApply, killPoints, killRollback, shown, type KillPoint } from './engine-kill.ts';
import { seeded } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

/** Where a key could be lost is tried each time; of the other calls a seeded few (`npm run test:long` tries them all). */
const always = [
  { action: 'iam:CreateAccessKey', skip: 0, when: 'after' },
  { action: 'ssm:PutParameter', skip: 0, when: 'after' },
] as const;

test(`a killed apply is gone on with by the next run, without an orphan key (SEED=${seed})`, async (t) => {
  const { apply } = await killPoints();
  for (const point of [...always, ...sample(apply, 5, seed)]) await t.test(shown(point), () => killApply(point));
});

test(`a killed rollback --all leaves nothing once it is run again (SEED=${seed})`, async (t) => {
  const { rollback } = await killPoints();
  for (const point of sample(rollback, 5, seed + 1)) await t.test(shown(point), () => killRollback(point));
});

function sample(points: readonly KillPoint[], count: number, from: number): readonly KillPoint[] {
  const random = seeded(from);
  return points.map((point) => ({ point, order: random() })).sort((a, b) => a.order - b.order).slice(0, count).map(({ point }) => point);
}
