import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationsUnderTraffic } from './rotation-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a hundred rotations while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, async () => {
  await rotationsUnderTraffic(100, seed);
});

test(`rotations at 50 calls a second, with IAM up to 15 s behind: no failed call (SEED=${seed})`, async () => {
  const { calls, worldSeconds } = await rotationsUnderTraffic(4, seed, 25);
  // More while pods of both generations run; a wait of more than two minutes is sampled.
  assert.ok(calls > 20_000, `${calls} calls in ${worldSeconds} s`);
});
