import { test } from 'node:test';
import { callsOfApply, interleaved, overtaken } from './engine-actors.ts';
import { sample } from './engine-kill.ts';
import { inSandbox, seeded } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a run that stood still for longer than its Lease changes nothing any more (SEED=${seed})`, async (t) => {
  const calls = await inSandbox(callsOfApply);
  const points = sample(Array.from({ length: calls }, (_, index) => index + 1), 5, seed);
  for (const at of points) await t.test(`after call ${at} of ${calls}`, () => inSandbox((world) => overtaken(world, at)));
});

test(`two runs that stand still in turns leave what one of them alone leaves (SEED=${seed})`, async (t) => {
  const calls = await inSandbox(callsOfApply);
  const random = seeded(seed);
  for (let turn = 0; turn < 4; turn += 1) {
    const [at, other] = [1 + Math.floor(random() * calls), 1 + Math.floor(random() * calls)];
    await t.test(`the first after call ${at}, the second after call ${other}`, () => inSandbox((world) => interleaved(world, at, other)));
  }
});
