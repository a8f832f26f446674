/** A run in the mode rolesAnywhere that is killed at one of its changing calls, and a new run that goes on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { rollbackAccess } from '../../src/engine/index.ts';
import { applyAfterKill, type KillPoint } from './engine-kill.ts';
import { access, declared, deployment, inSandbox, type EngineWorld } from './engine-world.ts';
import { done } from './outcomes.ts';

export function declaration(world: EngineWorld): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor: world.sandbox.trustAnchor ?? '', issuer: { name: 'platform' } } } });
}

export function inWorld<Result>(play: (world: EngineWorld) => Promise<Result>): Promise<Result> {
  return inSandbox(play, { certManager: true, externalSecrets: false, objects: [deployment()] });
}

export async function killedApply(world: EngineWorld, point: KillPoint): Promise<void> {
  await applyAfterKill(world, point, declaration(world));
  assert.equal((await (await world.run()).aws.rolesAnywhere('us-west-2').listProfiles()).length, 1);
  await done(rollbackAccess(access, await world.run(), { all: true }));
  assert.deepEqual(world.sandbox.aws.snapshot(), {});
}
