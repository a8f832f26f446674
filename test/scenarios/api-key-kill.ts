/** A rotation of an API key that is killed at one of its changing calls, before it is carried out or after, and a new run that goes on. */
import assert from 'node:assert/strict';
import { rotateAccess } from '../../src/credentials/index.ts';
import { planAccess } from '../../src/engine/index.ts';
import { userName, withApiKey } from './api-key-world.ts';
import { killed, killsOf, shown, type KillPoint } from './engine-kill.ts';
import { access, type EngineWorld } from './engine-world.ts';
import { ended, inApplied, podKeys, rotate } from './rotation-world.ts';

/** Short, so that one run comes to the end. */
const times = { silence: 30_000, grace: 30_000 };

export type ApiKeyKill = KillPoint & { readonly undo: boolean };

/** Where a key could be lost is tried each time. */
export const always: readonly ApiKeyKill[] = [
  { action: 'iam:CreateServiceSpecificCredential', skip: 0, when: 'after', undo: false },
  { action: 'ssm:PutParameter', skip: 0, when: 'after', undo: false },
];

export async function rotationKills(): Promise<readonly ApiKeyKill[]> {
  const points: ApiKeyKill[] = [];
  for (const undo of [false, true]) {
    await inApplied(async (world) => {
      if (undo) ended(await rotate(world, { silence: 0 }));
      const from = world.sandbox.audit.length;
      ended(await rotate(world, { ...times, undo }));
      // What is of controllers and of the operator is not of the run.
      const ofRun = ({ action }: { readonly action: string }): boolean => !/^(get|list|watch) |:(Get|List|Describe|Invoke)|leases|pods|replicasets|events|status|endpoint/.test(action);
      points.push(...killsOf(world.sandbox.audit.slice(from), ofRun).map((point) => ({ ...point, undo })));
    }, withApiKey());
  }
  return points;
}

export const shownKill = (point: ApiKeyKill): string => `${point.undo ? 'undo' : 'rotation'}: ${shown(point)}`;

async function keysOf(world: EngineWorld): Promise<Readonly<Record<string, boolean>>> {
  return Object.fromEntries(((await (await world.run()).aws.apiKeys.list(userName)) ?? []).map(({ id, active }) => [id, active]));
}

export async function survives({ undo, ...point }: ApiKeyKill): Promise<void> {
  await inApplied(async (world) => {
    const [first = ''] = Object.keys(await keysOf(world));
    if (undo) ended(await rotate(world, { silence: 0 }));
    await killed(world, point, rotateAccess(access, await world.run(), { ...times, begin: 'now', undo }));
    const seen = await keysOf(world);
    assert.ok(Object.keys(seen).length <= 2);
    assert.ok(Object.values(seen).includes(true));

    const mark = (await (await world.run()).aws.iam.getUser(userName))?.tags['bedrock-access/rotation'];
    // What a person asked for and left no trace is asked for again; everything else goes on by itself.
    const asked = undo ? mark !== undefined && !mark.includes('undo=') : first in seen;
    ended(await rotate(world, { ...times, begin: asked ? 'now' : 'due', undo: undo && asked }));
    const left = await keysOf(world);
    assert.deepEqual(Object.values(left), [true]);
    assert.deepEqual([...(await podKeys(world))], Object.keys(left));
    assert.equal(first in left, undo);
    const { plan } = await planAccess(withApiKey(), await world.run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
  }, withApiKey());
}
