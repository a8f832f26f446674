import { AccessError } from '../errors/error.ts';
import { currentKey } from '../resources/user-key.ts';
import { keySortOf } from '../resources/key-sort.ts';
import { address } from '../resources/kind.ts';
import { takeReadings, type Readings } from '../resources/readings.ts';
import { footprint as footprintOf } from './footprint.ts';
import { modeChangeOf } from './mode-change.ts';
import { observe, refuseUndeclared } from './observe.ts';
import { plan as planOf } from './plan.ts';
import { revisionsOf } from './revision.ts';
import { sideBySide } from './side-by-side.ts';
import { withMarkedDenial } from './session-denial.ts';
import { ownerOf } from './rollback.ts';
import type { AccessName, AccessStatus, Footprint, Revision, RunContext, Step } from './types.ts';

/**
 * What there is of one access, from its latest revision and a fresh look.
 * @throws AccessError `access-not-found` when the cluster holds no revision of it
 */
export async function accessStatus(name: AccessName, context: RunContext): Promise<AccessStatus> {
  const readings = takeReadings(context.aws, context.kubernetes);
  const owner = ownerOf(name, context);
  const revisions = await revisionsOf(owner, readings).catch((failure: unknown) => refuseUndeclared(failure, owner, context, readings));
  const latest = revisions.find(({ access }) => access !== undefined);
  if (latest?.access === undefined) {
    throw new AccessError('access-not-found', `the cluster holds no revision of an access ${name.namespace}/${name.name}`, {
      cause: 'It was never applied here, or is destroyed.',
      remedy: 'See which there are with `bedrock-access list`.',
    });
  }
  const { access } = latest;
  const footprint = await footprintNow(revisions, latest, context, readings);
  const observation = await observe(footprint, context, readings);
  const plan = planOf(footprint, observation, context.clock.now());
  const sort = keySortOf(access);
  const keyId = sort === undefined ? undefined : observation.found.get(address(currentKey(sort).id))?.outputs['id'];
  return {
    ...name,
    account: observation.account,
    region: access.spec.region,
    models: access.spec.models.map(({ id }) => id),
    revisions: revisions.map(summaryOf),
    resources: plan.steps.map((step) => ({ kind: step.kind, name: step.name, ...stateOf(step) })),
    ...(typeof keyId === 'string' ? { accessKeyId: keyId } : {}),
    // On the way between two modes the earlier key is off because the program put it off.
    findings: plan.findings.filter(({ id }) => footprint.changesMode !== true || id !== 'access-key-inactive'),
  };
}

/** What is to be there: of both modes, while the access is on its way from one to the other. */
async function footprintNow(revisions: readonly Revision[], latest: Pick<Revision, 'access' | 'catalog'>, context: RunContext, readings: Readings): Promise<Footprint> {
  const now = context.clock.now();
  const inMode = async ({ access, catalog }: Pick<Revision, 'access' | 'catalog'>): Promise<Footprint> => {
    if (access === undefined) throw new TypeError('a revision that can be read has an access');
    return withMarkedDenial(footprintOf(access, { catalog: catalog ?? context.catalog, clusterId: context.clusterId, now }), readings, now);
  };
  const change = modeChangeOf(revisions);
  if (change === undefined) return inMode(latest);
  const [old, next] = await Promise.all([inMode(change.from), inMode(change.to)]);
  if (change.to.marks.withdrawing !== undefined) return { ...next, changesMode: true };
  const { beside, kept } = sideBySide(old, next);
  return change.to.marks.switching === undefined ? beside : kept;
}

function summaryOf({ number, state, at, programVersion }: Revision): AccessStatus['revisions'][number] {
  return { number, state, at, programVersion };
}

function stateOf(step: Step): Pick<AccessStatus['resources'][number], 'state' | 'detail'> {
  const fields = step.differences.map(({ field }) => field).join(', ');
  switch (step.action) {
    case 'none':
      return step.reason === 'not ours' ? { state: 'not ours' } : { state: 'in place' };
    case 'create':
      return { state: 'missing' };
    case 'delete':
      return { state: 'left over', ...(step.reason === undefined ? {} : { detail: step.reason }) };
    default:
      return { state: 'differs', detail: fields };
  }
}
