/** Runs with Pod Identity or a renewed session that are killed at one of their changing calls, and new runs that go on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { rollbackAccess } from '../../src/engine/index.ts';
import { applyAfterKill, type KillPoint } from './engine-kill.ts';
import { access, declared, inSandbox, serviceAccount, type EngineWorld } from './engine-world.ts';
import { administrator, eks } from './keyless-world.ts';
import { workload } from './migration-world.ts';
import { done } from './outcomes.ts';

const modes = {
  podIdentity: { podIdentity: { ...eks, serviceAccount: 'openhands' } },
  session: { session: { renewer: administrator, delivery: 'credential-process' } },
} as const;

export type KilledMode = keyof typeof modes;
export const killedModes: readonly KilledMode[] = ['podIdentity', 'session'];

export function declaration(mode: KilledMode): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: modes[mode] });
}

export function inWorld<Result>(play: (world: EngineWorld) => Promise<Result>): Promise<Result> {
  // Sessions end by the wall clock, so the world's is set by it.
  return inSandbox(play, { now: new Date(), eks, externalSecrets: false, objects: [serviceAccount(), workload()] });
}

export async function killedApply(mode: KilledMode, world: EngineWorld, point: KillPoint): Promise<void> {
  await applyAfterKill(world, point, declaration(mode));
  await done(rollbackAccess(access, await world.run(), { all: true }));
  assert.deepEqual(world.sandbox.aws.snapshot(), {});
}
