/** A migration that is killed at one of its changing calls, before it is carried out or after, and a new run that goes on. */
import assert from 'node:assert/strict';
import { migrateAccess, migrationStatus } from '../../src/credentials/index.ts';
import type { MigrateOptions } from '../../src/credentials/migration/migrate.ts';
import { textAt } from '../../src/resources/json.ts';
import type { AuditEntry } from '../../src/sandbox/types.ts';
import { killed, killsOf, type KillPoint } from './engine-kill.ts';
import { access, namespace, seeded } from './engine-world.ts';
import { clockOf, inMigration, migrate, settledIn, times, type MigrationWorld, type Way } from './migration-world.ts';
import { podCredentials, type CallingWorld } from './pod-credentials.ts';
import { ended } from './rotation-world.ts';

/** What is killed: the whole way, or the way back out of its grace time. */
export type Stretch = 'way' | 'undo';
export type MigrationKill = KillPoint & { readonly stretch: Stretch; readonly way: Way };

export async function migrationKills(ways: readonly Way[], stretches: readonly Stretch[] = ['way', 'undo']): Promise<readonly MigrationKill[]> {
  const points: MigrationKill[] = [];
  for (const way of ways) {
    for (const stretch of stretches) {
      await inStretch(stretch, way, async (world) => {
        const from = world.sandbox.audit.length;
        ended(await migrate(world, optionsOf(stretch, way, world)));
        const changes = ({ action, run }: AuditEntry): boolean => run !== undefined && !/^(get|list|watch) |:(Get|List|Describe|Invoke|Converse|AssumeRole|Simulate)|leases|\/token/.test(action);
        points.push(...killsOf(world.sandbox.audit.slice(from), changes).map((point) => ({ ...point, stretch, way })));
      });
    }
  }
  return points;
}

export function inStretch(stretch: Stretch, way: Way, tell: (world: MigrationWorld) => Promise<void>): Promise<void> {
  const [from, to] = way;
  return inMigration(from, async (world) => {
    if (stretch === 'undo') ended(await migrate(world, { ...times, grace: 86_400_000, to: world.in(to) }));
    await tell(world);
  }, clockOf(way));
}

/** What a person asks for. */
export function optionsOf(stretch: Stretch, [, to]: Way, world: MigrationWorld): MigrateOptions {
  return stretch === 'undo' ? { ...times, undo: true } : { ...times, to: world.in(to) };
}

/** What a person asked for and left no trace is asked for again; everything else goes on by itself. */
export async function asksAgain(stretch: Stretch, way: Way, world: MigrationWorld): Promise<MigrateOptions> {
  const status = await migrationStatus(access, await world.run());
  if (stretch === 'undo') return status === undefined || status.back === true ? times : optionsOf(stretch, way, world);
  return status === undefined ? optionsOf(stretch, way, world) : times;
}

export const shownKill = ({ way, stretch, when, action, skip }: MigrationKill): string => `${way.join(' to ')}, ${stretch}: ${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;

export async function survives({ stretch, way, ...point }: MigrationKill): Promise<void> {
  await inStretch(stretch, way, async (world) => {
    await killed(world, point, migrateAccess(access, await world.run(), optionsOf(stretch, way, world)));
    await everyPodCalls(world);
    ended(await migrate(world, await asksAgain(stretch, way, world)));
    await everyPodCalls(world);
    await settledIn(stretch === 'undo' ? way[0] : way[1], world);
  });
}

/** A call with what each running pod's process holds, or would take anew. */
export async function everyPodCalls(world: CallingWorld): Promise<void> {
  const { kubernetes } = world;
  const pods = (await kubernetes.list('v1', 'Pod', { namespace })).filter((pod) => textAt(pod, 'status', 'phase') === 'Running');
  assert.ok(pods.length > 0, 'no pod runs');
  for (const pod of pods) {
    const held = await podCredentials(pod, world, seeded(1));
    assert.ok(held !== undefined, `${pod.metadata.name ?? ''} has no credentials`);
    await held.call();
  }
}
