/** A key that leaks while the access is on its way between two modes. */
import assert from 'node:assert/strict';
import type { AwsCredentials } from '../../src/aws/types.ts';
import { migrateAccess, migrationStatus, rotateAccess } from '../../src/credentials/index.ts';
import { killed, killsOf, type KillPoint } from './engine-kill.ts';
import { access, events } from './engine-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { clockOf, inMigration, migrate, settledIn, times, type MigrationWorld, type Way } from './migration-world.ts';
import { callsBedrock, stolenSession } from './rotation-leak.ts';
import { ended, findings, keys, otherKey, rotate, user } from './rotation-world.ts';

/** Where the migration stands when the key leaks: before the workload is switched, or in the grace time. */
export type Stage = 'beside' | 'switched';
/** What a person asks for when the key is off. */
export type Turn = 'on' | 'back';

export interface Leak {
  readonly way: Way;
  readonly stage: Stage;
  readonly turn: Turn;
}

function leaksOn(ways: readonly Way[]): readonly Leak[] {
  return ways.flatMap((way) => (['beside', 'switched'] as const).flatMap((stage) => (['on', 'back'] as const).map((turn) => ({ way, stage, turn }))));
}

/** The access key of the mode that is left, or of the one to come. */
export const leaks = leaksOn([['accessKey', 'webIdentity'], ['webIdentity', 'accessKey']]);
/** Beside a key of the other sort. */
export const leaksOfTwo = leaksOn([['accessKey', 'apiKey'], ['apiKey', 'accessKey']]);

export const shownLeak = ({ way, stage, turn }: Leak): string => `${way.join(' to ')}, ${stage === 'beside' ? 'before the switch' : 'after the switch'}, then ${turn === 'on' ? 'on' : '--undo'}`;

/** Tells with the key that is to leak, and a session that a thief made of it. */
export async function whenLeaked({ way, stage }: Pick<Leak, 'way' | 'stage'>, tell: (world: MigrationWorld, leaked: string, session: AwsCredentials) => Promise<void>): Promise<void> {
  const [from, to] = way;
  await inMigration(from, async (world) => {
    if (stage === 'switched') ended(await migrate(world, { silence: from === 'accessKey' ? 86_400_000 : 0, grace: 86_400_000, to: world.in(to) }));
    else {
      world.sandbox.faults.add({ action: 'update controllerrevisions', fault: { kind: 'kill', when: 'before' } });
      await migrate(world, { ...times, to: world.in(to) }).catch(() => []);
      world.sandbox.faults.clear();
      await world.sandbox.clock.advance(130_000);
      assert.equal((await migrationStatus(access, await world.run()))?.phase, 'prove');
    }
    const leaked = await otherKey(world);
    await tell(world, leaked, await stolenSession(world));
  }, clockOf(way));
}

/** From here on: no pod is left without credentials, and nobody has the leaked key or its sessions. */
async function comesToItsEnd({ way, turn }: Leak, world: MigrationWorld, leaked: string, session: AwsCredentials): Promise<void> {
  const status = await migrationStatus(access, await world.run());
  // What a person asked for is asked for once.
  const undo = turn === 'back' && status !== undefined && status.back !== true;
  ended(await migrate(world, undo ? { ...times, undo } : times));
  await everyPodCalls(world);
  assert.notEqual((await keys(world))[leaked], true);
  assert.notEqual(await callsBedrock(world, session), 'answered');
  const mode = turn === 'on' ? way[1] : way[0];
  // A key that took the leaked one's place: the rotation ends as any other.
  if (mode === 'accessKey') ended(await events(rotateAccess(access, await world.run(), { begin: 'due', grace: 0, silence: 0 })));
  assert.ok(!(leaked in (await keys(world))));
  await everyPodCalls(world);
  await settledIn(mode, world);
}

export async function leakIsCut(leak: Leak): Promise<void> {
  await whenLeaked(leak, async (world, leaked, session) => {
    assert.equal(await callsBedrock(world, session), 'answered');
    const said = await rotate(world, { compromised: true, ...(leak.way.includes('apiKey') ? { key: leaked } : {}) });
    ended(said);
    assert.deepEqual(findings(said), ['leaked-key-off']);
    assert.equal((await keys(world))[leaked], false);
    assert.equal(await callsBedrock(world, session), 'denied');
    await comesToItsEnd(leak, world, leaked, session);
  });
}

export type LeakKill = KillPoint & { readonly leak: Leak; readonly run: 'rotate' | 'migrate' };

/** Each changing call of `rotate --compromised`, and of the migration that goes on or back after it. */
export async function leakKillsOf(all: readonly Leak[]): Promise<readonly LeakKill[]> {
  const points: LeakKill[] = [];
  for (const leak of all) {
    await whenLeaked(leak, async (world) => {
      for (const run of ['rotate', 'migrate'] as const) {
        const from = world.sandbox.audit.length;
        ended(await (run === 'rotate' ? rotate(world, { compromised: true }) : migrate(world, leak.turn === 'on' ? times : { ...times, undo: true })));
        points.push(...killsOf(world.sandbox.audit.slice(from), ({ action, run: by }) => by !== undefined && !/^(get|list|watch) |:(Get|List|Describe|Invoke|Converse|AssumeRole|Simulate)|leases|\/token/.test(action)).map((point) => ({ ...point, leak, run })));
      }
    });
  }
  return points;
}

export const shownLeakKill = ({ leak, run, when, action, skip }: LeakKill): string => `${shownLeak(leak)}, ${run}: ${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;

export async function survivesLeakKill({ leak, run, ...point }: LeakKill): Promise<void> {
  await whenLeaked(leak, async (world, leaked, session) => {
    if (run === 'rotate') {
      await killed(world, point, rotateAccess(access, await world.run(), { begin: 'due', compromised: true }));
      // What a person asked for and left no trace is asked for again; else the migration sees to it.
      if (!(await isMarked(world, leaked))) ended(await rotate(world, { compromised: true }));
    } else {
      ended(await rotate(world, { compromised: true }));
      await killed(world, point, migrateAccess(access, await world.run(), leak.turn === 'on' ? times : { ...times, undo: true }));
    }
    await comesToItsEnd(leak, world, leaked, session);
  });
}

async function isMarked(world: MigrationWorld, leaked: string): Promise<boolean> {
  const { aws } = await world.run();
  return ((await aws.iam.getUser(user))?.tags['bedrock-access/rotation'] ?? '').includes(`from=${leaked}`);
}
