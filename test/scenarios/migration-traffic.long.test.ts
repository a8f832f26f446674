import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedUnderTraffic } from './migration-traffic-story.ts';
import { ways } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const way of ways) {
  // A fault in the removal of an API key can stop the run at its user, after the last call with it: the next run goes on, and this asks for one.
  const disturbed = way[0] !== 'apiKey';
  test(`from ${way.join(' to ')} at 50 calls a second${disturbed ? ', under faults' : ''} and with IAM up to 15 s behind: no failed call (SEED=${seed})`, async (t) => {
    const { calls, worldSeconds } = await movedUnderTraffic(way, seed, { disturbed, each: 25 });
    t.diagnostic(`${calls} calls in ${worldSeconds} s`);
    // More while pods of both generations run.
    assert.ok(calls >= 50 * worldSeconds, `${calls} calls in ${worldSeconds} s`);
  });
  test(`from ${way.join(' to ')} and back in the grace time while the pods go on calling: no failed call (SEED=${seed})`, async () => {
    await movedUnderTraffic(way, seed, { undo: true });
  });
}
