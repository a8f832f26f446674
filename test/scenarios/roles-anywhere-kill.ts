/** A run in the mode rolesAnywhere that is killed at one of its changing calls, and a new run that goes on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { access, declared, deployment, events, failures, startEngineWorld, summaryOf, type EngineWorld } from './engine-world.ts';
import type { KillPoint } from './engine-kill.ts';

export function declaration(world: EngineWorld): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor: world.sandbox.trustAnchor ?? '', issuer: { name: 'platform' } } } });
}

export async function inWorld<Result>(play: (world: EngineWorld) => Promise<Result>): Promise<Result> {
  const world = await startEngineWorld({ certManager: true, externalSecrets: false, objects: [deployment()] });
  try {
    return await play(world);
  } finally {
    await world.stop();
  }
}

export async function killedApply(world: EngineWorld, { action, skip, when }: KillPoint): Promise<void> {
  world.faults.add({ action, skip, fault: { kind: 'kill', when } });
  await events(applyAccess(declaration(world), await world.run())).catch(() => []);
  world.faults.clear();
  await world.advance(130_000);
  const again = await events(applyAccess(declaration(world), await world.run()));
  assert.deepEqual(failures(again), []);
  assert.equal(summaryOf(again).outcome, 'done');
  const context = await world.run();
  const { plan } = await planAccess(declaration(world), context);
  assert.deepEqual(plan.steps.filter((step) => step.action !== 'none').map(({ id }) => id), []);
  assert.equal((await context.aws.rolesAnywhere('us-west-2').listProfiles()).length, 1);
  assert.equal(summaryOf(await events(rollbackAccess(access, await world.run(), { all: true }))).outcome, 'done');
  assert.deepEqual(world.sandbox.aws.snapshot(), {});
}
