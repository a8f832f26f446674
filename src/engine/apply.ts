import type { Access } from '../access/types.ts';
import { refuseOtherAccount } from '../aws/account.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { labelCatalogDifferences } from './catalog-differences.ts';
import { failureOfLooking } from './denied.ts';
import { stamped } from './events.ts';
import { execute, planOptions, type Executed } from './execute.ts';
import { refuse } from './failure.ts';
import { footprint as footprintOf } from './footprint.ts';
import { guarded } from './guarded.ts';
import { holdLease, type RunLease } from './lease.ts';
import { namespaceProblems, observe } from './observe.ts';
import { plan as planOf } from './plan.ts';
import { refuseStale } from './plan-file.ts';
import { windowClosed } from './restart-window.ts';
import { beginRevision, completeRevision } from './revision.ts';
import { withMarkedDenial } from './session-denial.ts';
import { withStoreReaders } from './store-identity/findings.ts';
import type { ApplyOptions, Footprint, Observation, Plan, PlanFile, RunContext, RunEvent, RunEventBody } from './types.ts';

export interface PlannedAccess {
  readonly footprint: Footprint;
  readonly observation: Observation;
  readonly plan: Plan;
}

/** What `apply` would do; only reads. Throws an `AccessError` where it cannot even be planned (wrong account, no credentials). */
export async function planAccess(access: Access, context: RunContext): Promise<PlannedAccess> {
  return planFrom(takeReadings(context.aws, context.kubernetes), access, context);
}

/** The same, of readings that many accesses may share. */
export async function planFrom(readings: Readings, access: Access, context: RunContext): Promise<PlannedAccess> {
  const declared = footprintOf(access, circumstances(context));
  // Side by side: a mark is rare, and a call more before all others would make every plan slower.
  const [footprint, seen] = await Promise.all([withMarkedDenial(declared, readings, context.clock.now()), observe(declared, context, readings)]);
  const observation = footprint === declared ? seen : await observe(footprint, context, readings);
  const plan = await withStoreReaders(planned(footprint, observation, context), access, context, observation.readings);
  return { footprint, observation, plan };
}

function planned(footprint: Footprint, observation: Observation, context: RunContext): Plan {
  const [now, options] = [context.clock.now(), planOptions(context)];
  return labelCatalogDifferences(planOf(footprint, observation, now, options), footprint, observation, now, options);
}

/**
 * Makes the world as the access says: Lease, observation, plan, revision, steps, waits. Ends with a `summary` event.
 * @throws AccessError before the first write when anything in plan or surroundings is an error
 */
export async function* applyAccess(access: Access, context: RunContext, options: ApplyOptions = {}): AsyncGenerator<RunEvent> {
  yield* converge('apply', access, context, options);
}

/** Carries out exactly what a plan file says, or refuses it (`plan-stale`) before the first write. */
export async function* applyPlanFile(file: PlanFile, context: RunContext, options: ApplyOptions = {}): AsyncGenerator<RunEvent> {
  const { only } = file.plan;
  yield* converge('apply', file.access, only === undefined ? context : { ...context, only }, options, (plan) => refuseStale(file, plan, context));
}

/** The way of `apply`, of a plan file and of going back to an earlier revision. `check` may refuse the plan that was made under the Lease. */
export async function* converge(command: string, access: Access, context: RunContext, options: ApplyOptions, check: (plan: Plan) => void = () => undefined): AsyncGenerator<RunEvent> {
  const callsBefore = context.aws.calls.length;
  const declared = footprintOf(access, circumstances(context));
  refuse(declared.findings);
  const readings = takeReadings(context.aws, context.kubernetes);
  // Before even the Lease is written: is this the right account, and is the namespace there?
  const lacking = async (failure: unknown): Promise<never> => {
    refuseOtherAccount(access.spec.account, await readings.callerIdentity());
    throw await failureOfLooking([failure], declared, readings);
  };
  const [caller, problems] = await Promise.all([readings.callerIdentity(), namespaceProblems(access.metadata.namespace, readings)]).catch(lacking);
  refuseOtherAccount(access.spec.account, caller);
  refuse(problems);
  const lease = await holdLease(declared.owner, command, context).catch(lacking);
  try {
    const footprint = await withMarkedDenial(declared, readings, context.clock.now());
    const observation = await observe(footprint, context, readings);
    // Only what hands a key on is refused for an open store: going back is not.
    const plan = await withStoreReaders(planned(footprint, observation, context), access, command === 'apply' ? context : { ...context, allowOpenStore: true }, readings);
    yield stamped({ type: 'planned', plan }, context.clock);
    refuse(plan.findings);
    // Going back to what worked does not wait.
    if (command === 'apply' && context.restartNow !== true) refuse(plan.findings.filter(({ id }) => id === windowClosed).map((finding) => ({ ...finding, severity: 'error' })));
    check(plan);
    const executed = yield* underRevision(command, footprint, observation, plan, guarded(context, lease.guard), options, lease);
    for (const step of plan.steps) if (step.handOver !== undefined) yield stamped({ type: 'finding', finding: step.handOver }, context.clock);
    yield stamped(summary(command, executed, context.aws.calls.length - callsBefore), context.clock);
  } finally {
    await lease.release();
  }
}

export function summary(command: string, { done, failed, left, interrupted }: Executed, awsCalls: number): Extract<RunEventBody, { type: 'summary' }> {
  return {
    type: 'summary',
    command,
    outcome: interrupted ? 'interrupted' : failed.length + left.length > 0 ? 'failed' : 'done',
    done: done.length,
    failed: failed.length,
    left,
    awsCalls,
  };
}

async function* underRevision(command: string, footprint: Footprint, observation: Observation, plan: Plan, context: RunContext, options: ApplyOptions, lease: RunLease): AsyncGenerator<RunEvent, Executed> {
  const { revisions } = observation;
  const [latest] = revisions;
  const execution = { guard: lease.guard, ...(options.wait === undefined ? {} : { wait: options.wait }) };
  const changes = plan.steps.some(({ action }) => action !== 'none');
  const same = latest?.accessDigest === plan.accessDigest;
  if (!changes && same && latest.state === 'complete') return yield* execute(plan, footprint, observation, context, execution);
  // A run that was stopped and is gone on with keeps its revision.
  const revision = same && latest.state === 'pending' ? latest : await beginRevision(footprint, revisions, context, { goesBack: command === 'rollback' });
  const executed = yield* execute(plan, footprint, observation, context, execution);
  if (executed.left.length === 0 && !executed.interrupted && plan.partial !== true) await completeRevision(revision, revisions, context);
  return executed;
}

function circumstances({ catalog, clusterId, clock, strict }: RunContext): Parameters<typeof footprintOf>[1] {
  return { catalog, clusterId, now: clock.now(), ...(strict === undefined ? {} : { strict }) };
}
