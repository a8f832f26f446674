import { test } from 'node:test';
import { always, changing, commands, killAndGoOn, undisturbed } from './crash-safe.ts';
import { sample, shown } from './engine-kill.ts';
import { inSandbox } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

for (const [index, command] of commands.entries()) {
  test(`crash-safe: a killed ${command} is gone on with by the next one, and ends as if nobody had killed it (SEED=${seed})`, async (t) => {
    const { points, end } = await inSandbox((world) => undisturbed(world, command));
    for (const point of [...always.filter((each) => each.command === command), ...sample(changing(points), 2, seed + index)]) {
      await t.test(shown(point), () => inSandbox((world) => killAndGoOn(world, point, end)));
    }
  });
}
