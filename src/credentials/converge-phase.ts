import { carryOut, planOptions, type Executed } from '../engine/execute.ts';
import { stamped } from '../engine/events.ts';
import { refuse } from '../engine/failure.ts';
import type { RunLease } from '../engine/lease.ts';
import { observe } from '../engine/observe.ts';
import { plan as planOf } from '../engine/plan.ts';
import type { Footprint, Observation, Plan, RunContext, RunEvent } from '../engine/types.ts';
import { keySorts } from '../resources/key-sort.ts';
import { goes, isWorkload } from './rotation-footprints.ts';
import type { RotationSeen, SeenWorkload } from './types.ts';

/** What a phase converges. */
export interface PhaseAct {
  readonly footprint: Footprint;
  /** What was seen just now: its readings are not asked for again. */
  readonly observation: Observation;
  /** Nothing but resources of these kinds. */
  readonly only?: readonly string[];
  /** The old key goes, for this reason. */
  readonly goes?: string;
  /** Whatever else is wrong: a leaked key does not wait for a store that is not Ready. */
  readonly regardless?: true;
  /** Where it rolls out: a workload that a person restarts is waited for by its gate, not by the engine. */
  readonly seen?: Pick<RotationSeen, 'from'> & { readonly workloads: readonly Pick<SeenWorkload, 'name' | 'byHand'>[] };
  /** What the footprint does not name stays, but for what a run that was stopped has lost. */
  readonly keeps?: true;
}

/** Without what the footprint does not name. */
export function keeping(observation: Observation): Observation {
  return { ...observation, strays: observation.strays.filter(({ first }) => first === true) };
}

/** Never a key that the rotation leaves: the last phase alone takes it away, also where another parameter once named it. */
function kept(observation: Observation, from: string | undefined): Observation {
  return { ...observation, strays: observation.strays.filter(({ kind, outputs }) => !keySorts.some((sort) => sort.kind === kind) || outputs['id'] !== from) };
}

/** The plan of one phase, from what was seen already. */
export async function planPhase({ footprint, observation, only, goes: reason, seen: rotation, keeps }: PhaseAct, context: RunContext): Promise<{ readonly footprint: Footprint; readonly observation: Observation; readonly plan: Plan }> {
  const looked = kept(await observe(footprint, context, observation.readings), rotation?.from);
  const seen = keeps === true ? keeping(looked) : looked;
  const resources = reason === undefined ? footprint.resources : footprint.resources.filter(({ kind }) => !keySorts.some(({ oldKind }) => oldKind === kind));
  const next = { ...footprint, resources };
  const withStray = reason === undefined ? seen : goes(seen, reason);
  return { footprint: next, observation: withStray, plan: planOf(next, withStray, context.clock.now(), { ...planOptions(context), ...(only === undefined ? {} : { only }) }) };
}

/** Brings about what a phase wants, by the engine's one executor. @throws AccessError before the first write where the plan is refused */
export async function* convergePhase(act: PhaseAct, given: RunContext, lease: RunLease): AsyncGenerator<RunEvent, Executed> {
  const context = act.only === undefined ? given : { ...given, only: act.only };
  const { plan, footprint, observation } = await planPhase(act, context);
  if (plan.steps.some(({ action }) => action !== 'none')) yield stamped({ type: 'planned', plan }, context.clock);
  if (act.regardless !== true) refuse(plan.findings);
  const byHand = new Set((act.seen?.workloads ?? []).flatMap(({ name, byHand }) => (byHand === undefined ? [] : [name])));
  const byGit = act.footprint.access.spec.managedBy.cluster === 'manifests';
  const isByHand = (step: { readonly kind: string; readonly name: string }): boolean => (isWorkload(step) && byHand.has(step.name)) || (byGit && act.seen !== undefined && step.kind === 'external-secret');
  const { owner, resources } = footprint;
  const events = carryOut({ plan, owner, resources, observation }, context, { guard: lease.guard }, async () => {
    const again = await planPhase({ ...act, observation: await observe(act.footprint, context) }, context);
    return { plan: again.plan, owner, resources: again.footprint.resources, observation: again.observation };
  });
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) {
      const failed = value.failed.filter(({ step }) => !isByHand(step));
      return { ...value, failed, left: value.left.filter((name) => ![...byHand].some((workload) => name.endsWith(workload)) && !(byGit && act.seen !== undefined && name.startsWith('external-secret '))) };
    }
    // It is there and waits for a person: no failure.
    if (value.type !== 'step-failed' || !isByHand(value)) yield value;
  }
}
