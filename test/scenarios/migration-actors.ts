/** Two runs of migrate over one access, and the CronJob of rotation: one stands still for longer than its Lease holds, and goes on later. */
import assert from 'node:assert/strict';
import { migrateAccess, rotateAccess } from '../../src/credentials/index.ts';
import { leaseThere, outcomeOf } from './engine-actors.ts';
import { access, events, type EngineWorld } from './engine-world.ts';
import { asksAgain, everyPodCalls, inStretch, optionsOf, type Stretch } from './migration-kill.ts';
import { migrate, settledIn, times, type MigrationWorld, type Way } from './migration-world.ts';
import { pausing } from './paused-run.ts';
import { ended } from './rotation-world.ts';

/** How many calls a whole run of it makes. */
export async function callsOf(stretch: Stretch, way: Way): Promise<number> {
  let calls = 0;
  await inStretch(stretch, way, async (world) => {
    const run = pausing(await world.run(), Infinity);
    ended(await events(migrateAccess(access, run.context, optionsOf(stretch, way, world))));
    calls = run.calls();
  });
  return calls;
}

/** The person's run stands still after call `at`; another does what is left; the first goes on. */
export async function overtaken(stretch: Stretch, way: Way, at: number): Promise<void> {
  await inStretch(stretch, way, async (world) => {
    const guard = watched(world);
    const first = pausing(await world.run(), at);
    const said = outcomeOf(migrateAccess(access, first.context, optionsOf(stretch, way, world)));
    await Promise.race([first.paused, said]);
    const held = await leaseThere(world);
    if (held) await assert.rejects(events(migrateAccess(access, await world.run(), times)), { id: 'lease-held' });
    await world.advance(130_000);
    await byCron(world);
    ended(await migrate(world, await asksAgain(stretch, way, world)));
    const before = await world.left();
    first.resume();
    const outcome = await said;
    if (held) {
      assert.deepEqual(await world.left(), before, 'the first run changed something after it had lost its Lease');
      assert.ok(outcome === 'lease-lost' || outcome === 'done' || outcome === 'nothing-to-undo', outcome);
    }
    await converged(stretch, way, world);
    guard();
  });
}

/** Both stand still; the first goes on in the middle of the second's work, then the second. */
export async function interleaved(stretch: Stretch, way: Way, at: number, other: number): Promise<void> {
  await inStretch(stretch, way, async (world) => {
    const guard = watched(world);
    const first = pausing(await world.run(), at);
    const said = outcomeOf(migrateAccess(access, first.context, optionsOf(stretch, way, world)));
    await Promise.race([first.paused, said]);
    await world.advance(130_000);
    const second = pausing(await world.run(), other);
    const answer = outcomeOf(migrateAccess(access, second.context, await asksAgain(stretch, way, world)));
    await Promise.race([second.paused, answer]);
    first.resume();
    assert.ok(known.has(await said), await said);
    second.resume();
    assert.ok(known.has(await answer), await answer);
    await converged(stretch, way, world);
    guard();
  });
}

const known: ReadonlySet<string> = new Set(['lease-lost', 'lease-held', 'done', 'nothing-to-undo']);

/** The CronJob of rotation leaves an access alone that is on its way; where it is in a mode with a key, there is nothing due. */
async function byCron(world: EngineWorld): Promise<void> {
  const outcome = await outcomeOf(rotateAccess(access, await world.run(), { begin: 'due' }));
  assert.ok(outcome === 'done' || outcome === 'mode-without-key', `the CronJob's run: ${outcome}`);
}

async function converged(stretch: Stretch, way: Way, world: MigrationWorld): Promise<void> {
  await world.advance(130_000);
  ended(await migrate(world, await asksAgain(stretch, way, world)));
  await everyPodCalls(world);
  await settledIn(stretch === 'undo' ? way[0] : way[1], world);
}

/** Nothing is ever done to a user or a role of another name, and never are there two keys. */
function watched({ sandbox }: EngineWorld): () => void {
  const from = sandbox.audit.length;
  return () => {
    for (const { action, resource, run } of sandbox.audit.slice(from)) {
      if (run === undefined || !/^iam:(Create|Delete|Update|Attach|Detach|Tag|Untag|Put)\w*(User|Role|AccessKey)\w*$/.test(action)) continue;
      assert.match(resource, /\/bedrock-openhands-(user|role)$/, `${action} on ${resource}`);
    }
  };
}
