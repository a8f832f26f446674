import { test } from 'node:test';
import { rotationsUnderTraffic } from './rotation-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a hundred rotations while the pods go on calling, with IAM up to 15 s behind: no failed call (SEED=${seed})`, () => rotationsUnderTraffic(100, seed));
