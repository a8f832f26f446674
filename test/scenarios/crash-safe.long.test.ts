import { test } from 'node:test';
import { commands, killAndGoOn, undisturbed } from './crash-safe.ts';
import { momentsOf, sigkilled } from './crash-safe-process.ts';
import { shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const [index, command] of commands.entries()) {
  const { points, end } = await inSandbox((world) => undisturbed(world, command));
  for (const point of points) test(`a ${command} killed ${shown(point)} is gone on with by the next one, and ends as if nobody had killed it`, () => inSandbox((world) => killAndGoOn(world, point, end)));
  for (const calls of momentsOf(points, 12, seed + index)) {
    test(`a process that is killed after ${calls} of the ${points.length / 2} calls of ${command} leaves a world that the next run brings to the same end`, () => inSandbox((world) => sigkilled(world, command, calls, end)));
  }
}
