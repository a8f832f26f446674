/** A run whose calls are disturbed once or for a while, and that comes to its end by itself. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunContext, RunEvent } from '../../src/engine/types.ts';
import { AccessError } from '../../src/errors/error.ts';
import type { FaultRule } from '../../src/sandbox/types.ts';
import { asAccessError } from '../../src/engine/failure.ts';
import { isChange, killPoints, type KillPoint } from './engine-kill.ts';
import { access, declared, events, failures, summaryOf, type Scenario, type ScenarioWorld } from './engine-world.ts';

export interface Disturbance {
  readonly action: string;
  readonly skip: number;
  readonly fault: FaultRule['fault'];
  readonly command: 'apply' | 'rollback';
}

export function shown({ action, skip, fault, command }: Disturbance): string {
  const what = fault.kind === 'drop' ? `connection dropped ${fault.when}` : fault.kind === 'status' ? `${fault.status}` : fault.kind;
  return `${command}: ${what} ${action}${skip === 0 ? '' : ` number ${skip + 1}`}`;
}

/** The answer that holds a key is lost: tried each time. */
export const dangerous: Disturbance = { action: 'iam:CreateAccessKey', skip: 0, command: 'apply', fault: { kind: 'drop', when: 'after' } };

/** The first of every kind of reading call that runs make; `ssm:GetParameter` is the operator's. */
export async function readingCalls(world: ScenarioWorld): ReturnType<typeof killPoints> {
  const { apply, rollback } = await killPoints(world, declared(), (call) => !isChange(call) && call.action !== 'ssm:GetParameter' && !call.action.startsWith('watch '));
  const first = (points: readonly KillPoint[]): readonly KillPoint[] => points.filter(({ skip }) => skip === 0);
  return { apply: first(apply), rollback: first(rollback) };
}

/** Every kind of disturbance at every one of these calls. */
export function disturbances(points: Awaited<ReturnType<typeof killPoints>>): readonly Disturbance[] {
  return (['apply', 'rollback'] as const).flatMap((command) =>
    points[command]
      .filter(({ when }) => when === 'before')
      .flatMap(({ action, skip }) =>
        faultsOf(action).map((fault): Disturbance => ({ action, skip, fault, command })),
      ),
  );
}

/** Somebody else wrote the object between our look and our write. */
const changedMeanwhile: FaultRule['fault'] = { kind: 'status', status: 409, code: 'Conflict' };

function faultsOf(action: string): readonly FaultRule['fault'][] {
  const drops = [{ kind: 'drop', when: 'before' }, { kind: 'drop', when: 'after' }] as const;
  return action.includes(':') ? [...drops, { kind: 'throttle' }, { kind: 'status', status: 503, code: 'ServiceUnavailable' }] : [...drops, { kind: 'throttle' }, { kind: 'status', status: 500, code: 'InternalError' }, ...(/^(update|patch) (?!leases)/.test(action) ? [changedMeanwhile] : [])];
}

export async function comesThrough(world: ScenarioWorld, { action, skip, fault, command }: Disturbance, document: Access = declared()): Promise<void> {
  const empty = await world.left();
  if (command === 'apply') world.faults.add({ action, skip, fault });
  const applied = await events(applyAccess(document, await world.run()));
  assert.deepEqual(failures(applied), []);
  assert.equal(summaryOf(applied).outcome, 'done');
  const context = await world.run();
  const { plan } = await planAccess(document, context);
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
  if (command === 'apply') return;
  world.faults.add({ action, skip, fault });
  const removed = await events(rollbackAccess(access, await world.run(), { all: true }));
  assert.deepEqual(failures(removed), []);
  assert.equal(summaryOf(removed).outcome, 'done');
  await world.advance(130_000);
  // A Lease whose removal was lost ends by itself.
  if (action !== 'delete leases') assert.deepEqual(await world.left(), empty);
}

/** World milliseconds that a run goes on trying at most. */
const patience = 600_000;

/** What does not pass: the run ends before long and says what to do, and when it has passed the same command goes on. */
export async function endsWithWhatToDo(world: ScenarioWorld, { action, fault, command }: Disturbance): Promise<void> {
  const empty = await world.left();
  const carriedOut = async (context: RunContext): Promise<readonly RunEvent[]> => events(command === 'apply' ? applyAccess(declared(), context) : rollbackAccess(access, context, { all: true }));
  if (command === 'rollback') assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
  const context = await world.run();
  const start = context.clock.now().getTime();
  world.faults.add({ action, times: Infinity, fault });
  const said = await carriedOut(context).catch(asAccessError);
  assert.ok(context.clock.now().getTime() - start < patience, 'it goes on trying');
  const remedies = said instanceof AccessError ? [said.details.remedy] : said.flatMap((event) => (event.type === 'step-failed' ? [event.finding.remedy] : []));
  for (const remedy of remedies) assert.match(remedy, /\w{3}/);
  // Where the answer alone is lost, or a Lease that ends by itself is not taken away, there may be nothing to be told.
  if (!(fault.kind === 'drop' && fault.when === 'after') && action !== 'delete leases' && action !== 'delete secrets') assert.notDeepEqual(remedies, []);
  world.faults.clear();
  await world.advance(130_000);
  const again = await carriedOut(await world.run()).catch((error: { id?: string }) => {
    if (command === 'apply' || error.id !== 'access-not-found') throw error;
    return undefined;
  });
  if (again !== undefined) assert.deepEqual([failures(again), summaryOf(again).outcome], [[], 'done']);
  if (command === 'apply') return;
  await world.advance(130_000);
  if (action !== 'delete leases') assert.deepEqual(await world.left(), empty);
}

/** What does not pass by itself. */
export const refusals: readonly Scenario[] = [
  {
    name: 'a call that AWS refuses for good stops what depends on it and nothing else, and the next run goes on',
    async play(world) {
      world.faults.add({ action: 'iam:CreatePolicy', times: Infinity, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
      const said = await events(applyAccess(declared(), await world.run()));
      assert.deepEqual(said.flatMap((event) => (event.type === 'step-failed' ? [[event.name, event.finding.id]] : [])), [['bedrock-openhands-policy', 'aws-permission-missing']]);
      assert.deepEqual(summaryOf(said).left, ['managed-policy bedrock-openhands-policy', 'policy-attachment bedrock-openhands-policy on bedrock-openhands-user']);
      assert.equal(summaryOf(said).outcome, 'failed');
      world.faults.clear();
      assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
    },
  },
  {
    name: 'an operator that cannot read the parameters is named with its own words after bounded patience',
    async play(world) {
      world.faults.add({ action: 'ssm:GetParameter', times: Infinity, fault: { kind: 'status', status: 403, code: 'AccessDeniedException' } });
      const said = await events(applyAccess(declared(), await world.run({ clock: world.patientClock })));
      const failed = said.find((event) => event.type === 'step-failed');
      assert.equal(failed?.type === 'step-failed' && failed.finding.id, 'external-secret-not-ready');
      assert.deepEqual(summaryOf(said).left, ['workload-environment Deployment openhands', 'external-secret bedrock-credentials']);
    },
  },
];
