import type { AccessName, Plan, RunContext } from '../engine/types.ts';
import { appliedAccess } from './applied.ts';
import { keySortOf } from '../resources/key-sort.ts';
import { planPhase } from './converge-phase.ts';
import { look, type Looked } from './look.ts';
import { refuseBeginning } from './rotation-findings.ts';
import { renewal } from './rotation-footprints.ts';
import { dueAt, rotationPhases } from './rotation-phases.ts';
import { phaseOf } from './transition.ts';
import type { RotationStatus, RotationTimes } from './types.ts';

/** Where the rotation of an access stands; only reads. @throws AccessError `access-not-found` */
export async function rotationStatus(name: AccessName, given: RunContext, times: RotationTimes = {}): Promise<RotationStatus> {
  const { access, context } = await appliedAccess(name, given);
  if (keySortOf(access) === undefined) return { ...name, underWay: false, phases: [] };
  return statusOf(name, await look(access, context), context.clock.now(), times);
}

/** What a rotation that begins now, or the one under way, would do. */
export async function planRotation(name: AccessName, given: RunContext, times: RotationTimes = {}): Promise<{ readonly status: RotationStatus; readonly plan?: Plan; readonly gaps: readonly string[] }> {
  const { access, context } = await appliedAccess(name, given);
  const looked = await look(access, context);
  const { seen, footprint, observation } = looked;
  const status = statusOf(name, looked, context.clock.now(), times);
  const gaps = seen.workloads.flatMap(({ name: workload, gap }) => (gap === undefined ? [] : [`${workload}: ${gap}`]));
  if (seen.from === undefined) refuseBeginning(seen);
  const from = seen.from ?? seen.recorded;
  if (from === undefined || (status.underWay && status.phase !== 'renew')) return { status, gaps };
  const { plan } = await planPhase({ footprint: renewal(footprint, from), observation }, context);
  return { status, plan, gaps };
}

function statusOf({ namespace, name }: AccessName, { seen }: Looked, now: Date, times: RotationTimes): RotationStatus {
  const phases = rotationPhases(times).filter(({ id }) => id !== 'cut' || seen.mark?.leaked !== undefined);
  const underWay = seen.from !== undefined;
  const atHand = underWay ? phaseOf(phases, seen) : undefined;
  const gate = atHand?.gate(seen, now);
  const key = seen.keys.find(({ id }) => id === seen.recorded);
  const due = dueAt(seen);
  const index = atHand === undefined ? 0 : phases.indexOf(atHand);
  return {
    namespace,
    name,
    underWay,
    ...(key === undefined ? {} : { keyId: key.id, keyCreatedAt: key.createdAt.toISOString() }),
    ...(due === undefined ? {} : { dueAt: due.toISOString() }),
    ...(seen.from === undefined ? {} : { from: seen.from }),
    ...(atHand === undefined ? {} : { phase: atHand.id }),
    ...(gate?.open !== false ? {} : { waitsFor: gate.waitsFor, ...(gate.until === undefined ? {} : { next: gate.until.toISOString() }) }),
    phases: phases.map(({ id, title }, position) => ({ id, title, state: !underWay || position > index ? 'to come' : position === index ? 'at hand' : 'done' })),
  };
}
