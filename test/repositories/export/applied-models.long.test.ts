import { test } from 'node:test';
import { exportedAppliedAndCalled, waysToCall } from './applied-model.ts';

const oneForEachModel = [...Map.groupBy(waysToCall(), ({ model }) => model.modelId).values()].flatMap((ways) => ways.slice(0, 1));

for (const way of oneForEachModel) {
  for (const applicationProfile of [false, true]) {
    test(`${way.id} from ${way.region}${applicationProfile ? ', through an application profile of its own' : ''}, exported and applied on both sides, is called`, () => exportedAppliedAndCalled(way, applicationProfile));
  }
}
