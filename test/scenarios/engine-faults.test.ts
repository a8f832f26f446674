import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, rollbackAccess } from '../../src/engine/index.ts';
import { comesThrough, dangerous, disturbances, endsWithWhatToDo, readingCalls, refusals, shown } from './engine-faults.ts';
import { killPoints, sample } from './engine-kill.ts';
import { access, declared, events, failures, inSandbox, playInSandbox, summaryOf } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a run comes through dropped connections, throttling and faults at any changing call (SEED=${seed})`, async (t) => {
  const all = disturbances(await inSandbox(killPoints));
  for (const disturbance of [dangerous, ...sample(all, 6, seed)]) await t.test(shown(disturbance), () => inSandbox((world) => comesThrough(world, disturbance)));
});

test(`a run comes through dropped connections, throttling and faults at any reading call (SEED=${seed})`, async (t) => {
  for (const disturbance of sample(disturbances(await inSandbox(readingCalls)), 4, seed)) await t.test(shown(disturbance), () => inSandbox((world) => comesThrough(world, disturbance)));
});

test(`a fault that does not pass, at any call, ends the run with what to do; when it has passed the same command goes on (SEED=${seed})`, async (t) => {
  const [changing, reading] = [disturbances(await inSandbox(killPoints)), disturbances(await inSandbox(readingCalls))];
  for (const disturbance of [...sample(changing, 3, seed + 1), ...sample(reading, 2, seed + 1)]) await t.test(shown(disturbance), () => inSandbox((world) => endsWithWhatToDo(world, disturbance)));
});

test('where AWS shows changes late, a run waits until the new key works and leaves nothing behind in the end', () =>
  inSandbox(
    async (world) => {
      const applied = await events(applyAccess(declared(), await world.run()));
      assert.deepEqual(failures(applied), []);
      assert.equal(summaryOf(applied).outcome, 'done');
      await world.advance(30_000);
      const removed = await events(rollbackAccess(access, await world.run(), { all: true }));
      assert.deepEqual(failures(removed), []);
      await world.advance(30_000);
      assert.deepEqual(await world.inAws(), {});
    },
    { consistency: { propagation: 20_000 }, seed },
  ));

playInSandbox(refusals);
