/** A run that is killed at one of its changing calls, before it is carried out or after, and a new run that goes on. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import type { PlannedAccess } from '../../src/engine/apply.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { access, declared, events, failures, seeded, summaryOf, type ScenarioWorld } from './engine-world.ts';
import { done } from './outcomes.ts';

export interface KillPoint {
  readonly action: string;
  /** 0 for the first call of that action. */
  readonly skip: number;
  readonly when: 'before' | 'after';
}

/** Where a key could be lost is tried each time; of the other calls a seeded few (`npm run test:long` tries them all). */
export const always: readonly KillPoint[] = [
  { action: 'iam:CreateAccessKey', skip: 0, when: 'after' },
  { action: 'ssm:PutParameter', skip: 0, when: 'after' },
];

export function sample<Point>(points: readonly Point[], count: number, from: number): readonly Point[] {
  const random = seeded(from);
  return points.map((point) => ({ point, order: random() })).sort((a, b) => a.order - b.order).slice(0, count).map(({ point }) => point);
}

export function shown({ action, skip, when }: KillPoint): string {
  return `${when} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;
}

/** Whether a call changes something. */
export const isChange = ({ action }: { readonly action: string }): boolean => !/^(get|list|watch) |:(Get|List|Describe)/.test(action);

/** Each of these calls that is `of` interest, twice: before and after. */
export function killsOf<Call extends { readonly action: string }>(calls: readonly Call[], of: (call: Call) => boolean = isChange): readonly KillPoint[] {
  const counts = new Map<string, number>();
  return calls.flatMap((call) => {
    const { action } = call;
    const skip = counts.get(action) ?? 0;
    counts.set(action, skip + 1);
    return of(call) ? (['before', 'after'] as const).map((when) => ({ action, skip, when })) : [];
  });
}

/** Every changing call of a whole apply and of a whole rollback, or each of those that are `of` interest, twice: before and after. */
export async function killPoints(world: ScenarioWorld, document: Access = declared(), of?: Parameters<typeof killsOf>[1]): Promise<{ readonly apply: readonly KillPoint[]; readonly rollback: readonly KillPoint[] }> {
  const start = world.audit.length;
  await events(applyAccess(document, await world.run()));
  const middle = world.audit.length;
  await events(rollbackAccess(access, await world.run(), { all: true }));
  return { apply: killsOf(world.audit.slice(start, middle), of), rollback: killsOf(world.audit.slice(middle), of) };
}

/** An apply that is killed there; the next one comes to the end, and nothing is left to do. */
export async function applyAfterKill(world: ScenarioWorld, point: KillPoint, document: Access): Promise<PlannedAccess> {
  await killed(world, point, applyAccess(document, await world.run()));
  await done(applyAccess(document, await world.run()));
  const planned = await planAccess(document, await world.run());
  assert.deepEqual(planned.plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  return planned;
}

export async function killApply(world: ScenarioWorld, point: KillPoint, document: Access = declared()): Promise<void> {
  const { plan, observation } = await applyAfterKill(world, point, document);
  assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
  const context = await world.run();
  // Emulators of IAM know no API keys.
  const apiKeys = document.spec.credentials.apiKey === undefined ? [] : ((await context.aws.apiKeys.list('bedrock-openhands-user')) ?? []);
  const keys = [...((await context.aws.iam.listAccessKeys('bedrock-openhands-user')) ?? []), ...apiKeys];
  assert.equal(keys.length, 1);
  assert.equal(observation.revisions[0]?.state, 'complete');
}

export async function killRollback(world: ScenarioWorld, point: KillPoint, document: Access = declared()): Promise<void> {
  const empty = await world.left();
  assert.equal(summaryOf(await events(applyAccess(document, await world.run()))).outcome, 'done');
  await killed(world, point, rollbackAccess(access, await world.run(), { all: true }));
  // Killed after the very last removal, nothing is left to be found.
  const again = await events(rollbackAccess(access, await world.run(), { all: true })).catch((error: { id?: string }) => {
    assert.equal(error.id, 'access-not-found');
    return undefined;
  });
  if (again !== undefined) assert.equal(summaryOf(again).outcome, 'done', failures(again).join('\n'));
  await world.advance(10_000);
  assert.deepEqual(await world.left(), empty);
}

/** A run that is killed there; it lets go only when its Lease ends. */
export async function killed(world: ScenarioWorld, point: KillPoint, run: AsyncIterable<RunEvent>): Promise<void> {
  await kill(world, point, run);
  await world.advance(130_000);
}

export async function kill(world: ScenarioWorld, { action, skip, when }: KillPoint, run: AsyncIterable<RunEvent>): Promise<void> {
  const before = world.audit.length;
  world.faults.add({ action, skip, fault: { kind: 'kill', when } });
  try {
    for await (const _event of run);
  } catch {
    // It is dead: what it says does not matter.
  }
  // After the last call of all, nothing more is tried that could be refused.
  const hit = world.audit.slice(before).some(({ code }) => code === 'ConnectionDropped') || (action === 'delete leases' && when === 'after');
  assert.ok(hit, 'the kill hit nothing');
  world.faults.clear();
}
