/** A run that makes an application inference profile, or puts one in the place of another, killed at one of its changing calls; and a new run that goes on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { applyAfterKill, killsOf, type KillPoint } from './engine-kill.ts';
import { declared, events, type EngineWorld } from './engine-world.ts';

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
  return killsOf(world.audit.slice(start));
}

export async function killSwitch(world: EngineWorld, point: KillPoint): Promise<void> {
  await events(applyAccess(sonnet, await world.run()));
  await applyAfterKill(world, point, haiku);
  const context = await world.run();
  assert.deepEqual((await context.aws.bedrock('us-west-2').listInferenceProfiles('APPLICATION')).map(({ name }) => name), ['bedrock-openhands-us-anthropic-claude-haiku-4-5-20251001-v1-0']);
  assert.equal((await context.aws.iam.listAttachedUserPolicies('bedrock-openhands-user'))?.length, 2);
}
