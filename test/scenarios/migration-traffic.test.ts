import { test } from 'node:test';
import { movedUnderTraffic } from './migration-traffic-story.ts';
import { mainWays } from './migration-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const [from, to] of mainWays) {
  test(`from ${from} to ${to} while the pods go on calling, under faults and with IAM up to 15 s behind: no failed call (SEED=${seed})`, () => movedUnderTraffic([from, to], seed, { disturbed: true }));
}

test(`from accessKey to webIdentity and back in the grace time while the pods go on calling: no failed call (SEED=${seed})`, () => movedUnderTraffic(['accessKey', 'webIdentity'], seed, { undo: true }));
