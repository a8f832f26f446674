import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { access, declared, events, failures, left, startEngineWorld, summaryOf, type EngineWorld } from './engine-world.ts';

/** Changing calls of an apply, each of which may be the last that its run ever makes. */
const points = [
  ['create leases', 0],
  ['create controllerrevisions', 0],
  ['iam:CreateUser', 0],
  ['iam:CreatePolicy', 0],
  ['iam:AttachUserPolicy', 0],
  ['iam:CreateAccessKey', 0],
  ['ssm:PutParameter', 0],
  ['ssm:PutParameter', 1],
  ['create externalsecrets', 0],
  ['create configmaps', 0],
  ['patch deployments', 0],
  ['patch controllerrevisions', 0],
] as const;

for (const [action, skip] of points) {
  for (const when of ['before', 'after'] as const) {
    test(`an apply that is killed ${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`} is gone on with by the next one, without an orphan key`, async () => {
      const world = await startEngineWorld();
      try {
        world.sandbox.faults.add({ action, skip, fault: { kind: 'kill', when } });
        await killed(applyAccess(declared(), await world.run()));
        await leaseOver(world);
        const again = await events(applyAccess(declared(), await world.run()));
        assert.deepEqual(failures(again), []);
        assert.equal(summaryOf(again).outcome, 'done');
        await inPlace(world);
      } finally {
        await world.stop();
      }
    });
  }
}

for (const [action, skip] of [
  ['patch deployments', 0],
  ['delete externalsecrets', 0],
  ['iam:TagUser', 0],
  ['iam:DetachUserPolicy', 0],
  ['iam:DeletePolicy', 0],
  ['ssm:DeleteParameter', 0],
  ['ssm:DeleteParameter', 1],
  ['iam:DeleteAccessKey', 0],
  ['iam:DeleteUser', 0],
  ['delete controllerrevisions', 0],
] as const) {
  for (const when of ['before', 'after'] as const) {
    test(`a rollback --all that is killed ${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`} leaves nothing once it is run again`, async () => {
      const world = await startEngineWorld();
      try {
        const empty = left(world);
        assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
        world.sandbox.faults.add({ action, skip, fault: { kind: 'kill', when } });
        await killed(rollbackAccess(access, await world.run(), { all: true }));
        await leaseOver(world);
        // Killed after the very last removal, nothing is left to be found.
        const again = await events(rollbackAccess(access, await world.run(), { all: true })).catch((error: { id?: string }) => {
          assert.equal(error.id, 'access-not-found');
          return undefined;
        });
        if (again !== undefined) assert.equal(summaryOf(again).outcome, 'done', failures(again).join('\n'));
        await world.sandbox.clock.advance(10_000);
        assert.deepEqual(left(world), empty);
      } finally {
        await world.stop();
      }
    });
  }
}

async function killed(run: AsyncIterable<RunEvent>): Promise<void> {
  try {
    for await (const _event of run);
  } catch {
    // It is dead: what it says does not matter.
  }
}

/** A killed run lets go only when its Lease ends. */
async function leaseOver(world: EngineWorld): Promise<void> {
  world.sandbox.faults.clear();
  await world.sandbox.clock.advance(130_000);
}

async function inPlace(world: EngineWorld): Promise<void> {
  const context = await world.run();
  const { plan } = await planAccess(declared(), context);
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
  assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
}
