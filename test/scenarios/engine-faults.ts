/** A run whose calls are disturbed once or for a while, and that comes to its end by itself. */
import assert from 'node:assert/strict';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { FaultRule } from '../../src/sandbox/types.ts';
import { killPoints } from './engine-kill.ts';
import { access, declared, events, failures, left, startEngineWorld, summaryOf } from './engine-world.ts';

export interface Disturbance {
  readonly action: string;
  readonly skip: number;
  readonly fault: FaultRule['fault'];
  readonly command: 'apply' | 'rollback';
}

export function shown({ action, skip, fault, command }: Disturbance): string {
  const what = fault.kind === 'drop' ? `connection dropped ${fault.when}` : fault.kind === 'status' ? `${fault.status}` : fault.kind;
  return `${command}: ${what} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;
}

/** Every kind of disturbance at every changing call. */
export async function disturbances(): Promise<readonly Disturbance[]> {
  const points = await killPoints();
  return (['apply', 'rollback'] as const).flatMap((command) =>
    points[command]
      .filter(({ when }) => when === 'before')
      .flatMap(({ action, skip }) =>
        faultsOf(action).map((fault): Disturbance => ({ action, skip, fault, command })),
      ),
  );
}

function faultsOf(action: string): readonly FaultRule['fault'][] {
  const drops = [{ kind: 'drop', when: 'before' }, { kind: 'drop', when: 'after' }] as const;
  return action.includes(':') ? [...drops, { kind: 'throttle' }, { kind: 'status', status: 503, code: 'ServiceUnavailable' }] : [...drops, { kind: 'throttle' }];
}

export async function comesThrough({ action, skip, fault, command }: Disturbance): Promise<void> {
  const world = await startEngineWorld();
  try {
    const empty = left(world);
    if (command === 'apply') world.sandbox.faults.add({ action, skip, fault });
    const applied = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(failures(applied), []);
    assert.equal(summaryOf(applied).outcome, 'done');
    const context = await world.run();
    const { plan } = await planAccess(declared(), context);
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
    if (command === 'apply') return;
    world.sandbox.faults.add({ action, skip, fault });
    const removed = await events(rollbackAccess(access, await world.run(), { all: true }));
    assert.deepEqual(failures(removed), []);
    assert.equal(summaryOf(removed).outcome, 'done');
    await world.sandbox.clock.advance(130_000);
    // A Lease whose removal was lost ends by itself.
    if (action !== 'delete leases') assert.deepEqual(left(world), empty);
  } finally {
    await world.stop();
  }
}
