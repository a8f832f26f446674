/** Two runs of rotate over one access, by a person and by the CronJob: one stands still for longer than its Lease holds, and goes on later. */
import assert from 'node:assert/strict';
import { rotateAccess } from '../../src/credentials/index.ts';
import type { RotateOptions } from '../../src/credentials/types.ts';
import { planAccess } from '../../src/engine/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { leaseThere, outcomeOf } from './engine-actors.ts';
import { access, events, type EngineWorld } from './engine-world.ts';
import { pausing } from './paused-run.ts';
import { ended, inApplied, keys, mark, plain, podKeys, rotate, user } from './rotation-world.ts';

/** Short, so that one run comes to the end. */
const times = { silence: 30_000, grace: 30_000 };

/** What a person asked for: a rotation, the way back, one parameter for two, a key that has leaked. */
export type Errand = 'rotation' | 'undo' | 'move' | 'leak';
export const errands: readonly Errand[] = ['rotation', 'undo', 'move', 'leak'];

const options: Readonly<Record<Errand, RotateOptions>> = {
  rotation: { ...times, begin: 'now' },
  undo: { ...times, begin: 'due', undo: true },
  move: { ...times, begin: 'now', layout: 'single' },
  leak: { ...times, begin: 'now', compromised: true },
};
const cron: RotateOptions = { ...times, begin: 'due' };

function inErrand(errand: Errand, tell: (world: EngineWorld) => Promise<void>): Promise<void> {
  return inApplied(async (world) => {
    if (errand === 'undo') ended(await rotate(world, { silence: 0 }));
    await tell(world);
  }, plain(undefined, errand === 'move' ? 'pair' : 'single'));
}

/** How many calls a whole run of it makes. */
export async function callsOf(errand: Errand): Promise<number> {
  let calls = 0;
  await inErrand(errand, async (world) => {
    const run = pausing(await world.run(), Infinity);
    ended(await events(rotateAccess(access, run.context, options[errand])));
    calls = run.calls();
  });
  return calls;
}

/** The person's run stands still after call `at`; the CronJob's does what is left; the first goes on. */
export async function overtaken(errand: Errand, at: number): Promise<void> {
  await inErrand(errand, async (world) => {
    const guard = watched(world);
    const first = pausing(await world.run(), at);
    const said = outcomeOf(rotateAccess(access, first.context, options[errand]));
    await Promise.race([first.paused, said]);
    const held = await leaseThere(world);
    if (held) await assert.rejects(events(rotateAccess(access, await world.run(), cron)), { id: 'lease-held' });
    await world.advance(130_000);
    await byCron(await world.run());
    const before = await all(world);
    first.resume();
    const outcome = await said;
    if (held) {
      assert.deepEqual(await all(world), before, 'the first run changed something after it had lost its Lease');
      assert.ok(outcome === 'lease-lost' || outcome === 'done', outcome);
    }
    await settled(errand, world);
    guard();
  });
}

/** Both stand still; the first goes on in the middle of the second's work, then the second. */
export async function interleaved(errand: Errand, at: number, other: number): Promise<void> {
  await inErrand(errand, async (world) => {
    const guard = watched(world);
    const first = pausing(await world.run(), at);
    const said = outcomeOf(rotateAccess(access, first.context, options[errand]));
    await Promise.race([first.paused, said]);
    await world.advance(130_000);
    const second = pausing(await world.run(), other);
    const answer = outcomeOf(rotateAccess(access, second.context, cron));
    await Promise.race([second.paused, answer]);
    first.resume();
    const outcome = await said;
    second.resume();
    assert.ok(known.has(outcome), outcome);
    assert.ok(known.has(await answer), await answer);
    await settled(errand, world);
    guard();
  });
}

/**
 * The Lease was lost or held by the other; or the move's revision is not complete, which the CronJob leaves to a person; or the
 * CronJob's run had come to the end before the way back was begun.
 */
const known: ReadonlySet<string> = new Set(['lease-lost', 'lease-held', 'done', 'apply-unfinished', 'nothing-to-undo']);

async function byCron(context: RunContext): Promise<void> {
  const outcome = await outcomeOf(rotateAccess(access, context, cron));
  assert.ok(outcome === 'done' || outcome === 'apply-unfinished', `the CronJob's run: ${outcome}`);
}

/** What a person asked for and left no trace is asked for again; then all is as after one run. */
async function settled(errand: Errand, world: EngineWorld): Promise<void> {
  await world.advance(130_000);
  ended(await events(rotateAccess(access, await world.run(), errand === 'move' ? options.move : cron)));
  const left = await keys(world);
  assert.deepEqual(Object.values(left), [true]);
  assert.deepEqual([...(await podKeys(world))], Object.keys(left));
  const { plan } = await planAccess(plain(undefined, 'single'), await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
}

/** Never more than two keys, and nothing is ever done to another user's. */
function watched({ sandbox }: EngineWorld): () => void {
  const from = sandbox.audit.length;
  return () => {
    let there = 0;
    for (const { action, status, resource } of sandbox.audit.slice(from)) {
      if (!/^iam:(Create|Delete|Update)AccessKey$/.test(action)) continue;
      assert.ok(resource.endsWith(`/${user}`), `${action} on ${resource}`);
      if (status === 200) there += action === 'iam:CreateAccessKey' ? 1 : action === 'iam:DeleteAccessKey' ? -1 : 0;
      assert.ok(there <= 1, 'three keys');
    }
  };
}

async function all(world: EngineWorld): Promise<unknown> {
  return [await world.left(), await keys(world), await mark(world)];
}
