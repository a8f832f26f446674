import { test } from 'node:test';
import { callsOfApply, interleaved, overtaken } from './engine-actors.ts';
import { inSandbox } from './engine-world.ts';

const calls = await inSandbox(callsOfApply);

for (let at = 1; at <= calls; at += 1) test(`a run that stood still after call ${at} of ${calls} changes nothing once its Lease is over`, () => inSandbox((world) => overtaken(world, at)));
for (let at = 1; at <= calls; at += 3) {
  for (let other = 1; other <= calls; other += 5) test(`two runs stand still in turns, after call ${at} and after call ${other}`, () => inSandbox((world) => interleaved(world, at, other)));
}
