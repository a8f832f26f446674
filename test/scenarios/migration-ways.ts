/** One way from a mode of credentials to another and back in its grace time, then there for good: every pod can call all the while. */
import { clockOf, inMigration, migrate, onlyEver, times, type Way } from './migration-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { ended } from './rotation-world.ts';

export async function thereAndBack(way: Way): Promise<void> {
  const [from, to] = way;
  await inMigration(
    from,
    async (world) => {
      await everyPodCalls(world);
      ended(await migrate(world, { to: world.in(to), silence: 0, grace: 86_400_000 }));
      await everyPodCalls(world);
      ended(await migrate(world, { ...times, undo: true }));
      await everyPodCalls(world);
      await onlyEver(from, world);
      ended(await migrate(world, { ...times, to: world.in(to) }));
      await everyPodCalls(world);
      await onlyEver(to, world);
    },
    clockOf(way),
  );
}
