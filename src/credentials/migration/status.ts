import { declaredModeOf, isSameMode, modesByName } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { isReadable, modeChangeOf, type ModeChange } from '../../engine/mode-change.ts';
import { summarise } from '../../engine/plan.ts';
import { revisionsOf } from '../../engine/revision.ts';
import { ownerOf } from '../../engine/rollback.ts';
import type { AccessName, Plan, Revision, RunContext, Step } from '../../engine/types.ts';
import { address } from '../../resources/kind.ts';
import { takeReadings } from '../../resources/readings.ts';
import { appliedAccess } from '../applied.ts';
import { phaseOf } from '../transition.ts';
import type { RotationTimes } from '../types.ts';
import { refuseBeginning } from './begin.ts';
import { applyFirst } from './findings.ts';
import { lookAtMigration } from './look.ts';
import { canAct, isOnItsWay, migrationPhases } from './phases.ts';
import type { MigrationSeen, MigrationStatus } from './seen.ts';

/** Where the migration of an access stands; only reads. Undefined: none is under way. */
export async function migrationStatus(name: AccessName, context: RunContext, times: RotationTimes = {}): Promise<MigrationStatus | undefined> {
  const change = modeChangeOf(await revisions(name, context));
  return change === undefined ? undefined : statusOf(name, (await lookUnderWay(change, context)).seen, context.clock.now(), times);
}

/**
 * What a migration that begins now, or the one under way, would do.
 * @throws AccessError with everything that stands in the way of beginning it
 */
export async function planMigration(name: AccessName, context: RunContext, { to, ...times }: RotationTimes & { readonly to?: Access }): Promise<{ readonly status: MigrationStatus; readonly plans: readonly Plan[]; readonly gaps: readonly string[] }> {
  const all = await revisions(name, context);
  const change = modeChangeOf(all);
  const { access } = await appliedAccess(name, context);
  if (change === undefined && (to === undefined || isSameMode(to.spec.credentials, access.spec.credentials))) {
    return { status: { ...name, underWay: false, from: declaredModeOf(access.spec.credentials), phases: [] }, plans: [], gaps: [] };
  }
  const { seen, plans } = change === undefined ? await lookAhead(name, all, to ?? access, context) : await lookUnderWay(change, context);
  const gaps = seen.workloads.flatMap(({ name: workload, gap }) => (gap === undefined ? [] : [`${workload}: ${gap}`]));
  return { status: { ...statusOf(name, seen, context.clock.now(), times), underWay: change !== undefined }, plans: isOnItsWay(seen) ? [plans.switched] : [plans.beside, after(plans.beside, plans.switched)], gaps };
}

/** What an earlier plan does the later one finds done. */
function after(earlier: Plan, later: Plan): Plan {
  const done = new Set(earlier.steps.map(change));
  const steps = later.steps.map((step): Step => (step.action === 'none' || !done.has(change(step)) ? step : { ...step, id: `none ${address(step)}`, action: 'none', differences: [] }));
  return { ...later, steps, summary: summarise(steps) };
}

function change({ id, differences }: Step): string {
  return JSON.stringify([id, differences]);
}

/** Whoever was switched was proven before. */
function lookUnderWay(change: ModeChange, context: RunContext): ReturnType<typeof lookAtMigration> {
  return lookAtMigration(change, context, change.to.marks.switching !== undefined);
}

async function lookAhead(name: AccessName, [latest]: readonly Revision[], to: Access, context: RunContext): ReturnType<typeof lookAtMigration> {
  if (latest === undefined || !isReadable(latest) || latest.state !== 'complete') throw applyFirst(name);
  return (await refuseBeginning(latest, to, context)).looked;
}

function revisions(name: AccessName, context: RunContext): Promise<readonly Revision[]> {
  return revisionsOf(ownerOf(name, context), takeReadings(context.aws, context.kubernetes));
}

function statusOf({ namespace, name }: AccessName, seen: MigrationSeen, now: Date, times: RotationTimes): MigrationStatus {
  const phases = migrationPhases(times).filter(({ id }) => (id !== 'wake' || seen.asleep !== undefined) && (id !== 'shield' || seen.keptOut !== undefined) && (id !== 'deactivate' || seen.left !== undefined));
  const atHand = phaseOf(phases, seen);
  const gate = atHand?.gate(seen, now);
  const [from, to] = modesByName(seen.from.spec.credentials, seen.to.spec.credentials);
  const index = atHand === undefined ? phases.length : phases.indexOf(atHand);
  return {
    namespace,
    name,
    underWay: true,
    from,
    to,
    ...(seen.back ? { back: true } : {}),
    ...(atHand === undefined ? {} : { phase: atHand.id }),
    ...(atHand === undefined || gate?.open !== false || canAct(atHand, gate, seen) ? {} : { waitsFor: gate.waitsFor, ...(gate.until === undefined ? {} : { next: gate.until.toISOString() }) }),
    phases: phases.map(({ id, title }, position) => ({ id, title, state: position > index ? 'to come' : position === index ? 'at hand' : 'done' })),
  };
}
