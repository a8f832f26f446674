import { test } from 'node:test';
import { commands, undisturbed } from './crash-safe.ts';
import { momentsOf, sigkilled } from './crash-safe-process.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const [index, command] of commands.entries()) {
  test(`crash-safe: a process that is killed in the middle of ${command} leaves a world that the next run brings to the same end (SEED=${seed})`, async (t) => {
    const { points, end } = await inSandbox((world) => undisturbed(world, command));
    for (const calls of momentsOf(points, 1, seed + index)) await t.test(`after ${calls} of its ${points.length / 2} calls`, () => inSandbox((world) => sigkilled(world, command, calls, end)));
  });
}
