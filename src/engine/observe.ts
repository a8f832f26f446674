import { refuseOtherAccount } from '../aws/account.ts';
import type { Finding } from '../finding.ts';
import { kindOf, kinds } from '../resources/index.ts';
import { address, type Resource, type Whereabouts } from '../resources/kind.ts';
import { ownerLine } from '../resources/owner.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { boundaryProblems } from './boundary.ts';
import { failureOfLooking } from './denied.ts';
import { isDenial } from './failure.ts';
import { footprint as footprintOf } from './footprint.ts';
import { modeFindings } from './mode-change.ts';
import { quotaProblems } from './quotas.ts';
import { revisionsOf } from './revision.ts';
import type { Footprint, FoundResource, Observation, Revision, RunContext, StrayResource } from './types.ts';

/**
 * Looks at everything that the footprint names and at what is ours beyond it; only reads.
 * @throws AccessError `aws-account-mismatch`, every permission that is missing for it, or what AWS or the cluster refuse
 */
export async function observe(footprint: Footprint, context: RunContext, readings: Readings = takeReadings(context.aws, context.kubernetes)): Promise<Observation> {
  const { owner, access } = footprint;
  const looks = [revisionsOf(owner, readings), lookAt(footprint.resources, footprint, readings, context), namespaceProblems(owner.namespace, readings)] as const;
  const settled = Promise.allSettled(looks);
  // AWS denies a look at another account's ARNs, maybe before it says whose the credentials are: that is the better answer.
  const caller = await readings.callerIdentity();
  refuseOtherAccount(access.spec.account, caller);
  const failures = (await settled).filter((look) => look.status === 'rejected').map(({ reason }): unknown => reason);
  if (failures.length > 0) throw await failureOfLooking(failures, footprint, readings);
  const [revisions, found, namespaceFindings] = await Promise.all(looks);
  const [strays, quotas, boundary] = await Promise.all([straysBeyond(footprint, revisions, context, readings), quotaProblems(footprint, found.resources, readings, context), boundaryProblems(footprint, readings)]).catch(async (failure: unknown) => {
    throw await failureOfLooking([failure], footprint, readings);
  });
  return {
    at: context.clock.now(),
    account: caller.account,
    caller: caller.arn,
    found: found.resources,
    strays,
    findings: [...namespaceFindings, ...(footprint.changesMode === true ? [] : modeFindings(access, revisions)), ...(namespaceFindings.length > 0 ? [] : [...found.findings, ...quotas, ...boundary])],
    revisions,
    readings,
  };
}

export async function namespaceProblems(namespace: string, readings: Readings): Promise<readonly Finding[]> {
  const found = await readings.object({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (found?.metadata.deletionTimestamp !== undefined) return [terminating(namespace)];
  if (found !== undefined) return [];
  return [
    {
      id: 'namespace-not-found',
      severity: 'error',
      message: `the namespace ${namespace} does not exist`,
      cause: 'The workload, its Secret and the Lease of the run lie there.',
      remedy: `Correct metadata.namespace, choose another context, or make it: kubectl create namespace ${namespace}`,
      place: { field: 'metadata.namespace' },
    },
  ];
}

function terminating(namespace: string): Finding {
  return {
    id: 'namespace-terminating',
    severity: 'error',
    message: `the namespace ${namespace} is being deleted`,
    cause: 'Nothing new can be made there, not even the Lease of a run.',
    remedy: `Wait until it is gone, make it anew and run the command again; kubectl get namespace ${namespace} -o yaml tells what it still waits for. To remove the access: bedrock-access destroy`,
    place: { field: 'metadata.namespace' },
  };
}

async function lookAt(
  resources: readonly Resource[],
  { owner }: Footprint,
  readings: Readings,
  { only, adopt = false }: Pick<RunContext, 'only' | 'adopt'>,
): Promise<{ readonly resources: ReadonlyMap<string, FoundResource>; readonly findings: readonly Finding[] }> {
  const found = new Map<string, FoundResource>();
  const findings: Finding[] = [];
  // All kinds ask in one turn, so that what can travel together does.
  const seen = await Promise.all(resources.map(async (resource) => ({ resource, observed: await kindOf(resource).observe(resource, readings, owner) })));
  for (const { resource, observed } of seen) {
    const kind = kindOf(resource);
    const asked = only === undefined || only.includes(resource.kind);
    const problems = asked ? (kind.problems?.(resource, observed, owner, adopt) ?? []) : [];
    findings.push(...problems);
    if (observed !== undefined) found.set(address(resource), describe(resource, observed, owner));
    const present = observed !== undefined && (kind.present?.(observed) ?? true);
    if (asked && resource.required === true && !present && problems.length === 0) findings.push(requiredMissing(resource));
  }
  return { resources: found, findings };
}

function describe(resource: { readonly kind: string; readonly key: string; readonly name: string }, observed: unknown, owner: Footprint['owner']): FoundResource {
  const kind = kindOf(resource);
  const ownership = kind.ownership(observed, owner);
  return {
    kind: resource.kind,
    key: resource.key,
    name: resource.name,
    observed,
    ownership,
    state: { ...kind.found(observed), ...(kind.heldByAnother === true ? {} : { owner: ownerLine(ownership, owner) }) },
    outputs: kind.outputs(observed),
  };
}

function requiredMissing(resource: Resource): Finding {
  return {
    id: 'required-resource-missing',
    severity: 'error',
    message: `${resource.kind} ${resource.name} is not there, and the declaration leaves it to others`,
    cause: 'spec.managedBy says that Terraform or git makes it.',
    remedy: 'Apply that first, or set spec.managedBy to program.',
    place: { field: 'spec.managedBy', resource: address(resource) },
  };
}

/** What earlier revisions had and the footprint has not, and what carries our tags or labels beyond both. */
async function straysBeyond(footprint: Footprint, revisions: readonly Revision[], context: RunContext, readings: Readings): Promise<readonly StrayResource[]> {
  const current = new Set(footprint.resources.map(worldIdentity));
  const earlier = earlierFootprints(footprint.owner, revisions, context)
    .flatMap(({ resources }) => resources)
    .filter((resource) => resource.required !== true && !current.has(worldIdentity(resource)))
    .filter(({ kind }) => context.beyond === undefined || context.beyond.byName.includes(kind));
  const sought = { current: footprint.resources, earlier, sweep: false, account: footprint.access.spec.account, ...(context.beyond === undefined ? {} : { byOwner: context.beyond.byOwner }) };
  return ownedBeyond(footprint.owner, sought, readings);
}

/** The footprints of revisions, each with the catalog of its time. */
export function earlierFootprints(owner: Footprint['owner'], revisions: readonly Revision[], context: RunContext): readonly Footprint[] {
  return revisions.flatMap(({ access, catalog }) =>
    access === undefined ? [] : [footprintOf(access, { catalog: catalog ?? context.catalog, clusterId: owner.cluster, now: context.clock.now() })],
  );
}

/** Throws what a look without a declaration failed for: every missing permission at once, as far as the revisions tell what there is. */
export async function refuseUndeclared(failure: unknown, owner: Footprint['owner'], context: RunContext, readings: Readings): Promise<never> {
  if (!isDenial(failure)) throw failure;
  const revisions = await revisionsOf(owner, readings).catch(() => undefined);
  const footprints = earlierFootprints(owner, revisions ?? [], context);
  const [latest] = footprints;
  if (latest === undefined) throw await failureOfLooking([failure], { owner, resources: [], sweep: revisions !== undefined }, readings);
  refuseOtherAccount(latest.access.spec.account, await readings.callerIdentity());
  throw await failureOfLooking([failure], { owner, access: latest.access, resources: footprints.flatMap(({ resources }) => resources) }, readings);
}

export interface Sought {
  readonly current: readonly Resource[];
  /** Resources of earlier footprints, to be looked at by name. */
  readonly earlier: readonly Resource[];
  readonly sweep: boolean;
  readonly account: string;
  /** Kinds that are searched by tags and labels. Default: every kind. */
  readonly byOwner?: readonly string[];
}

/** Everything of ours that `current` does not name. */
export async function ownedBeyond(owner: Footprint['owner'], sought: Sought, readings: Readings): Promise<readonly StrayResource[]> {
  const { current, earlier, sweep, account, byOwner: searched = kinds.map(({ kind }) => kind) } = sought;
  const named = [...current, ...earlier];
  const distinct = [...new Map(earlier.map((resource) => [worldIdentity(resource), resource])).values()];
  const where = (kind: string): Whereabouts => ({
    owner,
    named,
    accounted: new Set(named.filter((resource) => resource.kind === kind).map((resource) => kindOf(resource).identity(resource))),
    sweep,
    account,
  });
  const [byName, byOwner] = await Promise.all([
    Promise.all(
      distinct.map(async (resource): Promise<readonly StrayResource[]> => {
        const kind = kindOf(resource);
        const observed = await kind.observe(resource, readings, owner);
        if (observed === undefined || kind.present?.(observed) === false) return [];
        return [{ ...describe({ ...resource, key: `earlier ${kind.identity(resource)}` }, observed, owner), reason: 'not in the declaration any more' }];
      }),
    ),
    Promise.all(
      kinds.filter(({ kind }) => searched.includes(kind)).map(async (kind): Promise<readonly StrayResource[]> =>
        ((await kind.strays?.(where(kind.kind), readings)) ?? []).map((stray) => ({
          ...describe({ kind: kind.kind, key: `stray ${stray.name}`, name: stray.name }, stray.observed, owner),
          reason: stray.reason,
          ...(stray.first === true ? { first: true } : {}),
        })),
      ),
    ),
  ]);
  return [...byName.flat(), ...byOwner.flat()].filter(({ ownership }) => ownership.by === 'us');
}

/** Two resources with the same one are the same thing in the world. */
export function worldIdentity(resource: Resource): string {
  return `${resource.kind} ${kindOf(resource).identity(resource)}`;
}
