import { test } from 'node:test';
import { migrationUnderTraffic, rotationsUnderTraffic } from './rotation-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`three rotations while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, async () => {
  await rotationsUnderTraffic(3, seed);
});

test(`two parameters become one while the pods go on calling: no failed call (SEED=${seed})`, () => migrationUnderTraffic(seed));
