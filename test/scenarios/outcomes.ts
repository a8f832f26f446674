/** What a run, a plan and a verification come to, as tests compare it. */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { planAccess } from '../../src/engine/index.ts';
import type { RunContext, RunEvent, VerifyCheck } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { events, failures, summaryOf } from './engine-world.ts';

/** The run comes to its end, and no step failed on the way. */
export async function done(run: AsyncIterable<RunEvent>): Promise<void> {
  const said = await events(run);
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
}

/** Steps that an apply would take: `update iam-role/role`. */
export async function stepsToTake(declaration: Access, context: RunContext): Promise<readonly string[]> {
  const { plan } = await planAccess(declaration, context);
  return plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id);
}

/** Ids of what keeps the plan from being applied. */
export async function errorsOf(declaration: Access, context: RunContext): Promise<readonly string[]> {
  const { plan } = await planAccess(declaration, context);
  return plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
}

/** With real calls of the model. */
export async function verified(declaration: Access, context: RunContext): Promise<readonly VerifyCheck[]> {
  const checks: VerifyCheck[] = [];
  for await (const check of verifyAccess(declaration, { ...context, call: true })) checks.push(check);
  return checks;
}

/** `session passed`. */
export const outcomesOf = (checks: readonly VerifyCheck[]): readonly string[] => checks.map(({ id, outcome }) => `${id} ${outcome}`);
