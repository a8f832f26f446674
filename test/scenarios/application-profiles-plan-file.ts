/** A plan file with an application inference profile, carried out by a run that is killed at one of its changing calls; and the same file again. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, applyPlanFile, planAccess, readPlanFile, writePlanFile } from '../../src/engine/index.ts';
import type { PlanFile } from '../../src/engine/types.ts';
import { haiku, sonnet } from './application-profiles-kill.ts';
import { isChange, killed, killsOf, type KillPoint } from './engine-kill.ts';
import { changes, declared, events, inSandbox, type EngineWorld } from './engine-world.ts';
import { done, stepsToTake, verified } from './outcomes.ts';

/** From what was applied before, if anything, to what the file says. */
const planned = {
  'a first profile': { to: sonnet },
  'another profile in the place of one': { from: sonnet, to: haiku },
  'a profile in the place of a plain model': { from: declared(), to: haiku },
  'a plain model in the place of a profile': { from: sonnet, to: declared() },
} as const satisfies Readonly<Record<string, { readonly from?: Access; readonly to: Access }>>;
export type Planned = keyof typeof planned;
export const everyPlanned = ['a first profile', 'another profile in the place of one', 'a profile in the place of a plain model', 'a plain model in the place of a profile'] as const satisfies readonly Planned[];

/** What `plan --out` writes, read again. */
export async function planFile(world: EngineWorld, access: Access): Promise<PlanFile> {
  const { plan } = await planAccess(access, await world.run());
  return readPlanFile(writePlanFile(plan, access, '0.1.0'));
}

/** The file is carried out whole, serves the workload, and has nothing left to do the second time. @returns its changing calls, twice: before and after */
export function carriedOut(name: Planned): Promise<readonly KillPoint[]> {
  return inPlanned(name, async (world, file) => {
    const start = world.audit.length;
    await done(applyPlanFile(file, await world.run()));
    const points = killsOf(world.audit.slice(start), (call) => isChange(call) && !call.action.endsWith(' leases'));
    assert.deepEqual(changes(await events(applyPlanFile(file, await world.run()))), []);
    await serves(world, planned[name].to);
    return points;
  });
}

/** What was planned before the kill is what the second run goes on with: no step of its own making is taken for somebody else's change. */
export function killedThere(name: Planned, point: KillPoint): Promise<void> {
  return inPlanned(name, async (world, file) => {
    await killed(world, point, applyPlanFile(file, await world.run()));
    await done(applyPlanFile(file, await world.run()));
    assert.deepEqual(await stepsToTake(planned[name].to, await world.run()), []);
    await serves(world, planned[name].to);
  });
}

function inPlanned<Result>(name: Planned, play: (world: EngineWorld, file: PlanFile) => Promise<Result>): Promise<Result> {
  const { to, ...before }: { readonly from?: Access; readonly to: Access } = planned[name];
  return inSandbox(async (world) => {
    if (before.from !== undefined) await done(applyAccess(before.from, await world.run()));
    return play(world, await planFile(world, to));
  });
}

async function serves(world: EngineWorld, access: Access): Promise<void> {
  const failed = (await verified(access, await world.run())).filter(({ outcome }) => outcome === 'failed');
  assert.deepEqual(failed.map(({ id, detail }) => `${id}: ${detail}`), []);
  const profiles = await (await world.run()).aws.bedrock('us-west-2').listInferenceProfiles('APPLICATION');
  assert.equal(profiles.length, access.spec.models.filter(({ applicationProfile }) => applicationProfile).length);
}
