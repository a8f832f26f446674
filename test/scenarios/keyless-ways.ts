/** Ways between the modes in which the pods call as a role, one after the other in one world. */
import assert from 'node:assert/strict';
import { clockOf, inMigration, migrate, settledIn, times, type BuiltMode, type MigrationWorld } from './migration-world.ts';
import { outcomesOf, verified } from './outcomes.ts';
import { ended } from './rotation-world.ts';

export type Mode = keyof typeof sorts;

/** After each way its mode works, and everything is as if there had been no other. */
export function move([first, ...others]: readonly [Mode, ...Mode[]]): Promise<void> {
  return inMigration(
    first,
    async (world) => {
      for (const to of others) {
        ended(await migrate(world, { ...times, to: world.in(to) }));
        await settledIn(to, world);
        await worksIn(to, world);
      }
    },
    clockOf([first, ...others]),
  );
}

async function worksIn(mode: Mode, world: MigrationWorld): Promise<void> {
  assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), sorts[mode], mode);
  const checks = await verified(world.in(mode), await world.run());
  assert.deepEqual(outcomesOf(checks.filter(({ outcome }) => outcome === 'failed')), [], mode);
}

/** What there is in AWS in a mode. */
const sorts = {
  accessKey: ['parameters', 'policies', 'users'],
  webIdentity: ['oidcProviders', 'policies', 'roles'],
  podIdentity: ['podIdentityAssociations', 'policies', 'roles'],
  session: ['policies', 'roles'],
} as const satisfies Partial<Record<BuiltMode, readonly string[]>>;
