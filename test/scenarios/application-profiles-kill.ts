/** A run that makes an application inference profile, or puts one in the place of another, killed at one of its changing calls; and a new run that goes on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { declared, events, failures, summaryOf, type EngineWorld } from './engine-world.ts';
import type { KillPoint } from './engine-kill.ts';

export function through(id: string): Access {
  return declared({ models: [{ id, role: 'default', applicationProfile: true }] });
}

export const sonnet = through('us.anthropic.claude-sonnet-4-6');
export const haiku = through('us.anthropic.claude-haiku-4-5-20251001-v1:0');

/** Every changing call that puts the second profile in the place of the first, twice: before and after. */
export async function switchPoints(world: EngineWorld): Promise<readonly KillPoint[]> {
  await events(applyAccess(sonnet, await world.run()));
  const start = world.audit.length;
  await events(applyAccess(haiku, await world.run()));
  const counts = new Map<string, number>();
  return world.audit
    .slice(start)
    .map(({ action }) => action)
    .filter((action) => !/^(get|list|watch) |:(Get|List|Describe)/.test(action))
    .flatMap((action) => {
      const skip = counts.get(action) ?? 0;
      counts.set(action, skip + 1);
      return (['before', 'after'] as const).map((when) => ({ action, skip, when }));
    });
}

export async function killSwitch(world: EngineWorld, { action, skip, when }: KillPoint): Promise<void> {
  await events(applyAccess(sonnet, await world.run()));
  world.faults.add({ action, skip, fault: { kind: 'kill', when } });
  await events(applyAccess(haiku, await world.run())).catch(() => undefined);
  world.faults.clear();
  // A killed run lets go only when its Lease ends.
  await world.advance(130_000);
  const again = await events(applyAccess(haiku, await world.run()));
  assert.deepEqual(failures(again), []);
  assert.equal(summaryOf(again).outcome, 'done');
  const context = await world.run();
  assert.deepEqual((await context.aws.bedrock('us-west-2').listInferenceProfiles('APPLICATION')).map(({ name }) => name), ['bedrock-openhands-us-anthropic-claude-haiku-4-5-20251001-v1-0']);
  assert.equal((await context.aws.iam.listAttachedUserPolicies('bedrock-openhands-user'))?.length, 2);
  const { plan } = await planAccess(haiku, context);
  assert.deepEqual(plan.steps.filter((step) => step.action !== 'none').map(({ id }) => id), []);
}
