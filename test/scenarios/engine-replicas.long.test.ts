import { test } from 'node:test';
import { comesThroughLateAnswers, shown } from './engine-replicas.ts';
import { inSandbox } from './engine-world.ts';

const first = Number(process.env['SEED'] ?? 1);
const lost = [undefined, 'iam:CreateUser', 'iam:TagUser', 'iam:CreateAccessKey', 'iam:CreatePolicy', 'iam:AttachUserPolicy', 'ssm:PutParameter'];

for (let seed = first; seed < first + 70; seed += 1) {
  const action = lost[seed % lost.length];
  const answers = { seed, ...(action === undefined ? {} : { lost: action }) };
  test(`late answers: ${shown(answers)}`, async () => {
    await inSandbox((world) => comesThroughLateAnswers(world, answers), { seed, consistency: { propagation: 12_000 } });
  });
}
