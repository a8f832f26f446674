import { test } from 'node:test';
import { commands, killAndGoOn, undisturbed } from './crash-safe.ts';
import { shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

for (const command of commands) {
  const { points, end } = await inSandbox((world) => undisturbed(world, command));
  for (const point of points) test(`a ${command} killed ${shown(point)} is gone on with by the next one, and ends as if nobody had killed it`, () => inSandbox((world) => killAndGoOn(world, point, end)));
}
