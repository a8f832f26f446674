import { test } from 'node:test';
import { comesThrough, disturbances, shown } from './engine-faults.ts';

for (const disturbance of await disturbances()) test(`${shown(disturbance)}, and the run comes through`, () => comesThrough(disturbance));
