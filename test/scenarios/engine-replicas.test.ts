import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comesThroughLateAnswers, shown } from './engine-replicas.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`where each request may meet another replica that learns late, runs come to their end and no key is orphaned (SEED=${seed})`, async (t) => {
  let stale = 0;
  for (const [index, lost] of [undefined, 'iam:CreateAccessKey', 'ssm:PutParameter'].entries()) {
    const answers = { seed: seed + index, ...(lost === undefined ? {} : { lost }) };
    await t.test(shown(answers), async () => {
      stale += await inSandbox((world) => comesThroughLateAnswers(world, answers), { seed: answers.seed, consistency: { propagation: 12_000 } });
    });
  }
  assert.ok(stale > 0, 'no answer was late');
});

test('destroy comes to its end where a late replica still lists the key that it has deleted, of which AWS denies the last use', async () => {
  const answers = { seed: 44, lost: 'iam:TagUser' };
  await inSandbox((world) => comesThroughLateAnswers(world, answers), { seed: answers.seed, consistency: { propagation: 12_000 } });
});
