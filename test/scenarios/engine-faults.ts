/** A run whose calls are disturbed once or for a while, and that comes to its end by itself. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { FaultRule } from '../../src/sandbox/types.ts';
import type { killPoints } from './engine-kill.ts';
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

/** Every kind of disturbance at every changing call. */
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
  return action.includes(':') ? [...drops, { kind: 'throttle' }, { kind: 'status', status: 503, code: 'ServiceUnavailable' }] : [...drops, { kind: 'throttle' }, ...(/^(update|patch) (?!leases)/.test(action) ? [changedMeanwhile] : [])];
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
