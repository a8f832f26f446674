import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedUnderTraffic, renewalsUnderTraffic } from './short-term-key-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a hundred renewals of a short-term API key while the pods go on calling: no failed call (SEED=${seed})`, async () => {
  await renewalsUnderTraffic(100, seed);
});

test(`renewals of a short-term API key at 50 calls a second: no failed call (SEED=${seed})`, async () => {
  const { calls, worldSeconds } = await renewalsUnderTraffic(4, seed, 25);
  // A wait of more than two minutes is sampled.
  assert.ok(calls > 20_000, `${calls} calls in ${worldSeconds} s`);
});

test(`from a session to a short-term API key and back while the pods go on calling, with a renewal on the way: no failed call (SEED=${seed})`, async () => {
  await movedUnderTraffic(seed);
});
