import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithOracle, countDecisive, unnoticedFlips } from './oracle-comparison.ts';
import { seedOfRun } from './random.ts';

const seed = seedOfRun();

test(`random policies get the decision that iam-simulate gives (seed ${seed})`, () => {
  const comparison = compareWithOracle(3000, seed);
  for (const [decision, count] of Object.entries(comparison.decisions)) assert.ok(count >= 3000 * 0.2, `${decision}: ${count} of 3000`);
  for (const [name, count] of countDecisive(comparison)) assert.ok(count > 0, `${name} decides nothing (seed ${seed})`);
  assert.deepEqual(unnoticedFlips(comparison).length <= 3, true, unnoticedFlips(comparison).join(', '));
});
