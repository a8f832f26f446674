import { test } from 'node:test';
import { carriedOut, everyPlanned, killedThere } from './application-profiles-plan-file.ts';
import { shown } from './engine-kill.ts';

for (const name of everyPlanned)
  for (const point of await carriedOut(name)) test(`a plan file with an application profile (${name}) killed ${shown(point)} is gone on with by the same file`, () => killedThere(name, point));
