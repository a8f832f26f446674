import { test } from 'node:test';
import { renewalsUnderTraffic } from './short-term-key-traffic-story.ts';

const seed = Number(process.env['SEED'] ?? 20250308);

test(`two renewals of a short-term API key, in time or late, while the pods go on calling: no failed call, and none with a key that would have ended (SEED=${seed})`, async () => {
  await renewalsUnderTraffic(2, seed);
});
