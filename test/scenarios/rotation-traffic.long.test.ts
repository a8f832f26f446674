import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rotationsUnderTraffic, type Figures } from './rotation-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a hundred rotations while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, async () => {
  await rotationsUnderTraffic(100, seed);
});

test(`a hundred rotations at 50 calls a second, under faults and with IAM up to 15 s behind: no failed call (SEED=${seed})`, { concurrency: 2 }, async (t) => {
  const portions = Array.from({ length: 10 }, (_, portion) =>
    t.test(`rotations ${portion * 10 + 1} to ${portion * 10 + 10}`, async (each) => {
      const { calls, worldSeconds } = await inProcess({ count: 10, seed: seed + portion, each: 25 });
      each.diagnostic(`${calls} calls in ${worldSeconds} s`);
      // More while pods of both generations run.
      assert.ok(calls >= 50 * worldSeconds, `${calls} calls in ${worldSeconds} s`);
    }),
  );
  await Promise.all(portions);
});

function inProcess({ count, seed: from, each }: { readonly count: number; readonly seed: number; readonly each: number }): Promise<Figures> {
  const child = fork(fileURLToPath(new URL('rotation-traffic-process.ts', import.meta.url)), [count, from, each].map(String));
  return new Promise((resolve, reject) => {
    child.once('message', (figures: Figures) => resolve(figures));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  });
}
