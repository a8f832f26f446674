/** Two actors over one access, interleaved: a run that stood still for longer than its Lease changes nothing any more. */
import assert from 'node:assert/strict';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { declared, events, failures, summaryOf, type ScenarioWorld } from './engine-world.ts';
import { pausing } from './paused-run.ts';

export const mine = declared();
export const theirs = declared({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });

/** How many calls a whole apply makes. */
export async function callsOfApply(world: ScenarioWorld): Promise<number> {
  const run = pausing(await world.run(), Infinity);
  await events(applyAccess(mine, run.context));
  return run.calls();
}

/** The first stands still after its call number `at`, the second does its whole work, the first goes on. */
export async function overtaken(world: ScenarioWorld, at: number): Promise<void> {
  const first = pausing(await world.run(), at);
  const said = outcomeOf(applyAccess(mine, first.context));
  await Promise.race([first.paused, said]);
  const held = await leaseThere(world);
  if (held) await assert.rejects(events(applyAccess(theirs, await world.run())), { id: 'lease-held' });
  await world.advance(130_000);
  const second = await events(applyAccess(theirs, await world.run()));
  assert.deepEqual(failures(second), []);
  assert.equal(summaryOf(second).outcome, 'done');
  const before = await world.left();
  first.resume();
  const outcome = await said;
  // Before it had the Lease, or after it gave it back, it is simply another run.
  if (!held) return;
  assert.deepEqual(await world.left(), before, 'the first run changed something after it had lost its Lease');
  assert.ok(outcome === 'lease-lost' || outcome === 'done', outcome);
  await inPlace(world);
}

/** Both stand still, the first goes on in the middle of the second's work, then the second. */
export async function interleaved(world: ScenarioWorld, at: number, other: number): Promise<void> {
  const first = pausing(await world.run(), at);
  const said = outcomeOf(applyAccess(mine, first.context));
  await Promise.race([first.paused, said]);
  const held = await leaseThere(world);
  await world.advance(130_000);
  const second = pausing(await world.run(), other);
  const answer = events(applyAccess(theirs, second.context));
  answer.catch(() => undefined);
  await Promise.race([second.paused, answer.catch(() => undefined)]);
  const taken = await leaseThere(world);
  first.resume();
  const outcome = await said;
  second.resume();
  if (!held || !taken) {
    // They came one after the other, or the second was refused while the first held the Lease.
    await answer.catch((error: { id?: string }) => assert.ok(error.id === 'lease-held' || error.id === 'lease-lost', error.id));
    assert.equal(summaryOf(await events(applyAccess(theirs, await world.run()))).outcome, 'done');
  } else {
    assert.ok(['lease-lost', 'lease-held', 'done'].includes(outcome), outcome);
    const done = await answer;
    assert.deepEqual(failures(done), []);
    assert.equal(summaryOf(done).outcome, 'done');
  }
  await inPlace(world);
}

async function inPlace(world: ScenarioWorld): Promise<void> {
  const context = await world.run();
  const { plan } = await planAccess(theirs, context);
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
  assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
}

export async function leaseThere(world: ScenarioWorld): Promise<boolean> {
  return (await world.kubernetes.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'openhands', name: 'bedrock-access-openhands' })) !== undefined;
}

/** `done`, the id of what stopped the run, or of the first step that failed. */
export async function outcomeOf(run: AsyncIterable<RunEvent>): Promise<string> {
  const said: RunEvent[] = [];
  try {
    for await (const event of run) said.push(event);
  } catch (error) {
    return error instanceof Error && 'id' in error ? String(error.id) : String(error);
  }
  const failed = said.find((event) => event.type === 'step-failed');
  return failed?.type === 'step-failed' ? failed.finding.id : summaryOf(said).outcome;
}
