import { test } from 'node:test';
import { killSwitch, switchPoints } from './application-profiles-kill.ts';
import { sample, shown, type KillPoint } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
/** Where a profile could be made twice, or taken away too early. */
const always: readonly KillPoint[] = [
  { action: 'bedrock:CreateInferenceProfile', skip: 0, when: 'after' },
  { action: 'iam:DetachUserPolicy', skip: 0, when: 'after' },
];

test(`a killed move from one application profile to another is gone on with by the next run, and one profile is left (SEED=${seed})`, async (t) => {
  const points = await inSandbox(switchPoints);
  for (const point of [...always, ...sample(points, 2, seed)]) await t.test(shown(point), () => inSandbox((world) => killSwitch(world, point)));
});
