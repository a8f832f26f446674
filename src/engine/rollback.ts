import { refuseOtherAccount } from '../aws/account.ts';
import { AccessError } from '../errors/error.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import { keySorts } from '../resources/key-sort.ts';
import { oldKey } from '../resources/old-key.ts';
import type { Owner } from '../resources/owner.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { converge, summary } from './apply.ts';
import { stamped } from './events.ts';
import { carryOut } from './execute.ts';
import { guarded } from './guarded.ts';
import { holdLease, type RunLease } from './lease.ts';
import { earlierFootprints, namespaceProblems, ownedBeyond, refuseUndeclared, worldIdentity } from './observe.ts';
import type { Work } from './pass.ts';
import { handOvers, summarise } from './plan.ts';
import { removalStep, removalSteps } from './removal.ts';
import { removeRevision, revisionBefore, revisionsOf } from './revision.ts';
import type { AccessName, ApplyOptions, Footprint, Plan, Revision, RunContext, RunEvent } from './types.ts';

/**
 * Back to the last complete revision before; with `all`, everything is removed as by `destroyAccess`.
 * @throws AccessError `no-earlier-revision`, `revision-unreadable`
 */
export async function* rollbackAccess(access: AccessName, context: RunContext, options: ApplyOptions & { readonly all?: boolean } = {}): AsyncGenerator<RunEvent> {
  if (options.all === true) {
    yield* removeAll('rollback', access, context);
    return;
  }
  const owner = ownerOf(access, context);
  const readings = takeReadings(context.aws, context.kubernetes);
  const revisions = await revisionsOf(owner, readings).catch((failure: unknown) => refuseUndeclared(failure, owner, context, readings));
  const target = revisionBefore(revisions);
  if (target.access === undefined) {
    throw new AccessError('revision-unreadable', `revision ${target.number} was written by version ${target.programVersion} and cannot be read by ${context.programVersion}`, {
      cause: 'Its declaration has fields that this version does not know.',
      remedy: `Go back with version ${target.programVersion}, or apply the earlier declaration from your repository.`,
    });
  }
  // With the catalog of that time, so that the same policy comes out.
  yield* converge('rollback', target.access, target.catalog === undefined ? context : { ...context, catalog: target.catalog }, options);
}

/** What `destroy` would remove, to be shown before it asks. @throws AccessError `access-not-found` when nothing is there */
export async function planDestroy(access: AccessName, context: RunContext): Promise<Plan> {
  const { work } = await lookAtAll(access, context);
  return work.plan;
}

/** Removes everything that carries the access's owner tags or labels; needs no document. What is left is in the summary. */
export async function* destroyAccess(access: AccessName, context: RunContext): AsyncGenerator<RunEvent> {
  yield* removeAll('destroy', access, context);
}

/**
 * In the original request's safe order. A removal that fails stops no other; what is left is listed, and the revisions,
 * which tell its names, stay with it.
 */
async function* removeAll(command: string, access: AccessName, context: RunContext): AsyncGenerator<RunEvent> {
  const callsBefore = context.aws.calls.length;
  const owner = ownerOf(access, context);
  const lease = await leaseWherePossible(owner, command, context).catch((failure: unknown) => refuseUndeclared(failure, owner, context, takeReadings(context.aws, context.kubernetes)));
  try {
    const { work, revisions } = await lookAtAll(access, context);
    yield stamped({ type: 'planned', plan: work.plan }, context.clock);
    const executed = yield* carryOut(work, context, { guard: lease.guard }, async () => (await lookAtAll(access, context, true)).work);
    if (executed.left.length === 0) for (const revision of revisions) await removeRevision(revision, guarded(context, lease.guard));
    for (const { handOver } of work.plan.steps) if (handOver !== undefined) yield stamped({ type: 'finding', finding: handOver }, context.clock);
    yield stamped(summary(command, executed, context.aws.calls.length - callsBefore), context.clock);
  } finally {
    await lease.release();
  }
}

/**
 * Where the namespace is gone, or on its way out without a Lease in it, none can be held, and no other run can begin to hold
 * one: what is removed then is removed by nobody but a run like this, and a removal does no harm twice.
 */
async function leaseWherePossible(owner: Owner, command: string, context: RunContext): Promise<RunLease> {
  const problems = await namespaceProblems(owner.namespace, takeReadings(context.aws, context.kubernetes));
  const without: RunLease = { guard: () => Promise.resolve(), release: () => Promise.resolve() };
  if (problems.some(({ id }) => id === 'namespace-not-found')) return without;
  try {
    return await holdLease(owner, command, context);
  } catch (error) {
    if (error instanceof KubernetesCallError && error.kind === 'namespace-terminating') return without;
    throw error;
  }
}

async function lookAtAll(access: AccessName, context: RunContext, maybeNothing = false): Promise<{ readonly work: Work; readonly revisions: readonly Revision[] }> {
  const owner = ownerOf(access, context);
  const readings = takeReadings(context.aws, context.kubernetes);
  const lacking = (failure: unknown): Promise<never> => refuseUndeclared(failure, owner, context, readings);
  const [caller, revisions] = await Promise.all([readings.callerIdentity(), revisionsOf(owner, readings)]).catch(lacking);
  const footprints = earlierFootprints(owner, revisions, context);
  const [latest] = footprints;
  if (latest !== undefined) refuseOtherAccount(latest.access.spec.account, caller);
  const strays = await everythingOwned(owner, footprints, caller.account, readings).catch(lacking);
  if (strays.length === 0 && revisions.length === 0 && !maybeNothing) throw notFound(access, context);
  const lost = strays.filter(({ first }) => first === true).map((stray) => removalStep(stray, []));
  const steps = [...lost, ...removalSteps(strays.filter(({ first }) => first !== true), [])];
  const plan: Plan = {
    access,
    account: caller.account,
    region: latest?.access.spec.region ?? '',
    cluster: owner.cluster,
    catalogDate: latest?.catalogDate ?? context.catalog.date,
    accessDigest: latest?.accessDigest ?? '',
    steps,
    findings: handOvers(steps),
    summary: summarise(steps),
  };
  return { work: { plan, owner, ...(latest === undefined ? {} : { access: latest.access }), resources: [], observation: { found: new Map(), strays, readings } }, revisions };
}

/** What the declaration leaves to Terraform or git stays, also where an earlier one had it made by the program. */
async function everythingOwned(owner: Owner, footprints: readonly Footprint[], account: string, readings: Readings): Promise<Work['observation']['strays']> {
  // The latest first: who keeps a thing is what was said of it last.
  const resources = [...new Map(footprints.flatMap((footprint) => footprint.resources).toReversed().map((resource) => [worldIdentity(resource), resource])).values()];
  const sorts = keySorts.filter((sort) => resources.some(({ kind }) => kind === sort.kind));
  const found = await ownedBeyond(
    owner,
    {
      current: resources.filter(({ required }) => required === true),
      // The latest revision may still be pending and an older one complete: every name that any of them gave is looked at.
      // The key that a rotation left and that is not deleted yet goes with them.
      earlier: [...resources.filter(({ required }) => required !== true), ...resources.filter(({ kind }) => kind === 'iam-user').flatMap(({ name }) => sorts.map((sort) => oldKey({ userName: name }, sort)))],
      // Without a revision no name is known, and the account is searched for the owner tags.
      sweep: resources.length === 0,
      account,
    },
    readings,
  );
  return found.map((stray) => ({ ...stray, reason: stray.first === true ? stray.reason : 'of this access' }));
}

function notFound({ namespace, name }: AccessName, context: RunContext): AccessError {
  return new AccessError('access-not-found', `nothing of an access ${namespace}/${name} is there`, {
    cause: `No resource carries its tags for cluster ${context.clusterId}, and the cluster holds no revision of it.`,
    remedy: 'See which there are with `bedrock-access list`; check context and account.',
  });
}

export function ownerOf({ namespace, name }: AccessName, { clusterId }: Pick<RunContext, 'clusterId'>): Owner {
  return { cluster: clusterId, namespace, name };
}
