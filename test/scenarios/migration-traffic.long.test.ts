import { test } from 'node:test';
import { movedUnderTraffic } from './migration-traffic-story.ts';
import { ways } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const way of ways) {
  test(`from ${way.join(' to ')} while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, () => movedUnderTraffic(way, seed));
  test(`from ${way.join(' to ')} and back in the grace time while the pods go on calling: no failed call (SEED=${seed})`, () => movedUnderTraffic(way, seed, { undo: true }));
}
