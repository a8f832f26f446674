/** Runs with Pod Identity or a renewed session that are killed at one of their changing calls, and new runs that go on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { access, declared, events, failures, startEngineWorld, summaryOf, type EngineWorld } from './engine-world.ts';
import type { KillPoint } from './engine-kill.ts';
import { serviceAccount, workload } from './migration-world.ts';

const eks = { cluster: 'lolice', region: 'ap-northeast-1' };

const modes = {
  podIdentity: { podIdentity: { ...eks, serviceAccount: 'openhands' } },
  session: { session: { renewer: 'arn:aws:iam::123456789012:user/sandbox/administrator', delivery: 'credential-process' } },
} as const;

export type KilledMode = keyof typeof modes;
export const killedModes: readonly KilledMode[] = ['podIdentity', 'session'];

export function declaration(mode: KilledMode): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: modes[mode] });
}

export async function inWorld<Result>(play: (world: EngineWorld) => Promise<Result>): Promise<Result> {
  // Sessions end by the wall clock, so the world's is set by it.
  const world = await startEngineWorld({ now: new Date(), eks, externalSecrets: false, objects: [serviceAccount(), workload()] });
  try {
    return await play(world);
  } finally {
    await world.stop();
  }
}

export async function killedApply(mode: KilledMode, world: EngineWorld, { action, skip, when }: KillPoint): Promise<void> {
  world.faults.add({ action, skip, fault: { kind: 'kill', when } });
  await events(applyAccess(declaration(mode), await world.run())).catch(() => []);
  world.faults.clear();
  await world.advance(130_000);
  const again = await events(applyAccess(declaration(mode), await world.run()));
  assert.deepEqual(failures(again), []);
  assert.equal(summaryOf(again).outcome, 'done');
  const { plan } = await planAccess(declaration(mode), await world.run());
  assert.deepEqual(plan.steps.filter((step) => step.action !== 'none').map(({ id }) => id), []);
  assert.equal(summaryOf(await events(rollbackAccess(access, await world.run(), { all: true }))).outcome, 'done');
  assert.deepEqual(world.sandbox.aws.snapshot(), {});
}
