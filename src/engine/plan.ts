import type { Finding } from '../finding.ts';
import { kindOf } from '../resources/index.ts';
import { keptByGit } from '../resources/gitops.ts';
import { address, isReference, type Outputs, type Resolve, type Resource, type State } from '../resources/kind.ts';
import { ours, ownerLine, type Owner } from '../resources/owner.ts';
import { fingerprint } from './fingerprint.ts';
import { aboutRollOuts } from './footprint.ts';
import { missingBefore, setAside } from './only.ts';
import { inOrder, targetsOf } from './order.ts';
import { removalStep, removalSteps } from './removal.ts';
import { outsideWindow } from './restart-window.ts';
import { takenFinding } from './taken.ts';
import type { Difference, Footprint, FoundResource, Observation, Plan, PlanOptions, PlanSummary, Step, StepAction } from './types.ts';

export const knownAfterApply = '(known after apply)';

/** The ordered differences between footprint and observation; pure. */
export function plan(footprint: Footprint, observation: Observation, now: Date, options: PlanOptions = {}): Plan {
  const { access, owner } = footprint;
  const lost = observation.strays.filter((stray) => stray.first === true).map((stray) => removalStep(stray, []));
  const planned = new Map<string, PlannedResource>();
  for (const resource of inOrder(footprint.resources)) {
    planned.set(address(resource), planResource(resource, { observation, owner, options, planned, lost }));
  }
  const made = [...planned.values()].map(({ step }) => step);
  const others = observation.strays.filter((stray) => stray.first !== true);
  const whole = [...lost, ...made, ...removalSteps(others, made.filter(({ action }) => action !== 'none').map(({ id }) => id))];
  const { only } = options;
  const asked = (kind: string): boolean => only === undefined || only.includes(kind);
  // A key is not made for a user that is somebody else's, asked for or not.
  const needed = new Set(footprint.resources.filter(({ kind }) => asked(kind)).flatMap(targetsOf));
  const steps = whole.flatMap((step) => (asked(step.kind) ? step : step.action === 'delete' ? [] : setAside(step)));
  const reachesPods = steps.some(({ kind, action }) => kind === 'workload-environment' && action !== 'none');
  return {
    access: { name: access.metadata.name, namespace: access.metadata.namespace },
    account: observation.account,
    region: access.spec.region,
    cluster: owner.cluster,
    catalogDate: footprint.catalogDate,
    accessDigest: footprint.accessDigest,
    steps,
    findings: [
      ...footprint.findings.filter(({ id }) => reachesPods || !aboutRollOuts.has(id)),
      ...observation.findings,
      ...[...planned.values()].flatMap(({ step, findings }) => (asked(step.kind) || needed.has(address(step)) ? findings : [])),
      ...handOvers(steps.filter(({ action }) => action === 'delete')),
      ...outsideWindow(access, steps, observation, now),
      ...(only === undefined ? [] : footprint.resources.filter(({ kind }) => asked(kind)).flatMap((resource) => missingBefore(resource, footprint.resources, observation.found, only))),
    ],
    summary: summarise(steps),
    ...(only === undefined ? {} : { only, partial: whole.some(({ action, kind }) => action !== 'none' && !asked(kind)) }),
  };
}

interface PlannedResource {
  readonly step: Step;
  readonly findings: readonly Finding[];
  /** What it will supply, as far as that is known now. */
  readonly outputs: Outputs;
}

interface Planning {
  readonly observation: Observation;
  readonly owner: Owner;
  readonly options: PlanOptions;
  readonly planned: ReadonlyMap<string, PlannedResource>;
  /** Steps that remove lost things. */
  readonly lost: readonly Step[];
}

function planResource(resource: Resource, planning: Planning): PlannedResource {
  const { observation, planned, lost } = planning;
  const kind = kindOf(resource);
  const found = observation.found.get(address(resource));
  const judged = judge(resource, found, planning);
  const differences = judged.action === 'none' ? [] : differencesOf(resource, found, planning);
  const action = judged.action === 'compare' ? compared(differences, kind.fixed ?? []) : judged.action;
  const handOver = found === undefined || action === 'none' ? undefined : handedOver(resource, found, differences);
  const reason = handOver === undefined ? judged.reason : 'an edit in git, see below';
  const expected = action === 'none' ? undefined : expectedState(resource, found, planning);
  const step: Step = {
    id: `${action} ${address(resource)}`,
    action,
    kind: resource.kind,
    key: resource.key,
    name: resource.name,
    where: kind.where,
    // Whose a new thing is goes without saying.
    differences: action === 'create' ? differences.filter(({ field }) => field !== 'owner') : differences,
    after: [
      ...(action === 'none' ? [] : lost.filter((step) => step.kind === resource.kind).map(({ id }) => id)),
      ...targetsOf(resource).flatMap((target) => planned.get(target)?.step.id ?? []),
    ],
    ...(reason === undefined ? {} : { reason }),
    before: fingerprint(found === undefined || isHolderAlone(resource, found) ? undefined : found.state),
    ...(expected === undefined || Object.values(expected).includes(undefined) ? {} : { afterwards: fingerprint({ ...found?.state, ...expected }) }),
    ...(handOver === undefined ? {} : { handOver }),
  };
  const stays = action === 'none' || (action === 'adopt' && differences.every(({ field }) => field === 'owner'));
  return {
    step,
    findings: [...(judged.finding === undefined ? [] : [judged.finding]), ...handOvers([step]), ...(found === undefined || action === 'none' || handOver !== undefined ? [] : (kind.notices?.(resource, found.observed) ?? []))],
    outputs: { ...kind.foreseen(resource.desired), ...(found === undefined ? {} : stays ? found.outputs : action === 'update' ? lasting(kind.lasting ?? [], found.outputs) : {}) },
  };
}

/** Its holder is there and it is not (a user without a key): as if neither were, so that making the holder leaves the step as it was planned. */
function isHolderAlone(resource: Resource, { observed, state }: FoundResource): boolean {
  return kindOf(resource).present?.(observed) === false && Object.keys(state).length === 0;
}

function lasting(names: readonly string[], outputs: Outputs): Outputs {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => names.includes(name)));
}

/** What git keeps is edited there. */
function handedOver(resource: Resource, found: FoundResource, differences: readonly Difference[]): Finding | undefined {
  const kind = kindOf(resource);
  const keeper = kind.keptBy?.(found.observed);
  if (keeper !== undefined) return keptByGit(keeper, `${resource.kind} ${resource.name}`, differences.map(({ field }) => field));
  return kind.handOver?.(resource, found.observed);
}

interface Judged {
  readonly action: 'create' | 'adopt' | 'none' | 'compare';
  readonly finding?: Finding;
  readonly reason?: string;
}

/** What is to become of one resource, before its differences are known. */
function judge(resource: Resource, found: FoundResource | undefined, { owner, options }: Planning): Judged {
  const kind = kindOf(resource);
  if (resource.required === true) return { action: 'none', reason: 'made by others' };
  if (found === undefined || kind.present?.(found.observed) === false) return { action: 'create' };
  const { ownership } = found;
  if (ownership.by === 'us' || kind.heldByAnother === true) return { action: 'compare' };
  const adopted =
    ownership.by === 'nobody-known'
      ? options.adopt === true
      : // The same access of a cluster that was rebuilt. A living owner's things are never taken.
        ownership.owner.cluster === options.adoptFromCluster && ownership.owner.namespace === owner.namespace && ownership.owner.name === owner.name;
  return adopted ? { action: 'adopt' } : { action: 'none', finding: takenFinding(resource, ownership, owner), reason: 'not ours' };
}

function compared(differences: readonly Difference[], fixed: readonly string[]): StepAction {
  if (differences.length === 0) return 'none';
  return differences.some(({ field }) => fixed.includes(field)) ? 'replace' : 'update';
}

function expectedState(resource: Resource, found: FoundResource | undefined, { owner, planned }: Planning): State {
  const kind = kindOf(resource);
  const resolve: Resolve = (field) => {
    if (!isReference(field)) return field;
    const output = planned.get(address(field))?.outputs[field.output];
    return typeof output === 'string' ? output : undefined;
  };
  return { ...kind.expected(resource.desired, resolve, found?.observed), ...(kind.heldByAnother === true ? {} : { owner: ownerLine(ours, owner) }) };
}

function differencesOf(resource: Resource, found: FoundResource | undefined, planning: Planning): readonly Difference[] {
  const there = found?.state ?? {};
  return Object.entries(expectedState(resource, found, planning))
    .filter(([field, to]) => to === undefined || to !== (there[field] ?? ''))
    .map(([field, to]) => ({ field, ...(there[field] === undefined || there[field] === '' ? {} : { from: there[field] }), ...(to === '' ? {} : { to: to ?? knownAfterApply }) }));
}

/** What others have to do for these steps, as a plan says it. */
export function handOvers(steps: readonly Step[]): readonly Finding[] {
  return steps.flatMap(({ handOver }) => (handOver === undefined ? [] : { ...handOver, severity: 'warning' as const }));
}

export function summarise(steps: readonly Step[]): PlanSummary {
  const count = (action: StepAction): number => steps.filter((step) => step.action === action).length;
  return { create: count('create'), update: count('update'), replace: count('replace'), delete: count('delete'), adopt: count('adopt'), unchanged: count('none') };
}
