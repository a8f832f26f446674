/** A rotation that is killed at one of its changing calls, before it is carried out or after, and a new run that goes on. */
import assert from 'node:assert/strict';
import { rotateAccess } from '../../src/credentials/index.ts';
import type { RotateOptions } from '../../src/credentials/types.ts';
import { planAccess } from '../../src/engine/index.ts';
import { killed, killsOf, type KillPoint } from './engine-kill.ts';
import { access } from './engine-world.ts';
import { ended, inApplied, keys, mark, otherKey, plain, podKeys, rotate } from './rotation-world.ts';

/** Short, so that one run comes to the end. */
const times = { silence: 30_000, grace: 30_000 };

/** What is killed: a whole rotation, the way back, or the move of two parameters into one. */
export type Stretch = 'rotation' | 'undo' | 'move';
export type RotationKill = KillPoint & { readonly stretch: Stretch; readonly layout: 'single' | 'pair' };

export async function rotationKills(): Promise<readonly RotationKill[]> {
  const points: RotationKill[] = [];
  for (const layout of ['single', 'pair'] as const) {
    for (const stretch of ['rotation', 'undo', 'move'] as const) {
      if (stretch === 'move' && layout === 'single') continue;
      await inApplied(async (world) => {
        if (stretch === 'undo') ended(await rotate(world, { silence: 0 }));
        const from = world.sandbox.audit.length;
        ended(await rotate(world, { ...times, ...optionsOf(stretch) }));
        // What is of controllers and of the operator is not of the run.
        const ofRun = ({ action }: { readonly action: string }): boolean => !/^(get|list|watch) |:(Get|List|Describe|Invoke)|leases|pods|replicasets|events|status|endpoint/.test(action);
        points.push(...killsOf(world.sandbox.audit.slice(from), ofRun).map((point) => ({ ...point, stretch, layout })));
      }, plain(undefined, layout));
    }
  }
  return points;
}

/** What a person asks for. */
function optionsOf(stretch: Stretch): Partial<RotateOptions> {
  return stretch === 'move' ? { layout: 'single' } : { undo: stretch === 'undo' };
}

export const shownKill = ({ layout, stretch, when, action, skip }: RotationKill): string => `${layout} ${stretch}: ${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;

export async function survives({ stretch, layout, ...point }: RotationKill): Promise<void> {
  await inApplied(async (world) => {
    const first = await otherKey(world);
    if (stretch === 'undo') ended(await rotate(world, { silence: 0 }));
    await killed(world, point, rotateAccess(access, await world.run(), { ...times, begin: 'now', ...optionsOf(stretch) }));
    assert.ok(Object.values(await keys(world)).length <= 2);
    assert.ok(Object.values(await keys(world)).includes(true));

    // What a person asked for and left no trace is asked for again; everything else goes on by itself.
    const traces = await mark(world);
    const asked = stretch === 'undo' ? traces !== undefined && !traces.includes('undo=') : Object.keys(await keys(world)).includes(first);
    ended(await rotate(world, { ...times, begin: asked ? 'now' : 'due', ...(asked ? optionsOf(stretch) : {}) }));
    const left = await keys(world);
    assert.deepEqual(Object.values(left), [true]);
    assert.deepEqual([...(await podKeys(world))], Object.keys(left));
    if (stretch === 'undo') assert.deepEqual(Object.keys(left), [first]);
    else assert.notDeepEqual(Object.keys(left), [first]);
    // Killed between the removal of the key and that of its mark, the mark of a key that is no more stays until the next rotation.
    const from = /^from=(\w+)/.exec((await mark(world)) ?? '')?.[1];
    assert.ok(from === undefined || !(from in left));
    const { plan } = await planAccess(plain(undefined, stretch === 'move' ? 'single' : layout), await world.run());
    assert.deepEqual(plan.steps.filter((step) => step.action !== 'none').map(({ id }) => id), []);
    assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
  }, plain(undefined, layout));
}
