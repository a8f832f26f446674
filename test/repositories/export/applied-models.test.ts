import { test } from 'node:test';
import { seededRandom } from '../../../src/sandbox/world.ts';
import { exportedAppliedAndCalled, waysToCall } from './applied-model.ts';

const seed = Number(process.env['SEED'] ?? 11);
const random = seededRandom(seed);

for (const applicationProfile of [false, true]) {
  test(`a model of the catalog${applicationProfile ? ', through an application profile of its own' : ''}, exported and applied on both sides, is called (SEED=${seed})`, async () => {
    const ways = waysToCall();
    const way = ways[Math.floor(random() * ways.length)];
    if (way !== undefined) await exportedAppliedAndCalled(way, applicationProfile);
  });
}
