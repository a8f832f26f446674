/** From every mode of credentials to every other, and back. */
import { test } from 'node:test';
import { ended } from './rotation-world.ts';
import { inMigration, inMode, migrate, settledIn, times, ways } from './migration-world.ts';

for (const [from, to] of ways) {
  test(`from ${from} to ${to}: nothing of ${from} is left, and apply has nothing to do`, async () => {
    await inMigration(from, async (world) => {
      ended(await migrate(world, { ...times, to: inMode(to) }));
      await settledIn(to, world);
    });
  });
}
