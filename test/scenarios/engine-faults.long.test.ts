import { test } from 'node:test';
import { comesThrough, disturbances, endsWithWhatToDo, readingCalls, shown } from './engine-faults.ts';
import { killPoints } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const [changing, reading] = [disturbances(await inSandbox(killPoints)), disturbances(await inSandbox(readingCalls))];

for (const disturbance of [...changing, ...reading]) {
  test(`${shown(disturbance)}, and the run comes through`, () => inSandbox((world) => comesThrough(world, disturbance)));
}
for (const disturbance of [...changing.filter(({ skip }) => skip === 0), ...reading]) {
  test(`${shown(disturbance)} for ever, and the run ends with what to do`, () => inSandbox((world) => endsWithWhatToDo(world, disturbance)));
}
