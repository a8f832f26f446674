import { currentKey } from '../../resources/user-key.ts';
import { at, textAt } from '../../resources/json.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import { address } from '../../resources/kind.ts';
import { footprint as footprintOf } from '../../engine/footprint.ts';
import type { ModeChange, ReadableRevision } from '../../engine/mode-change.ts';
import { planOptions } from '../../engine/execute.ts';
import { observe } from '../../engine/observe.ts';
import { plan as planOf } from '../../engine/plan.ts';
import { isWorkload, keptApart, sideBySide, type SideBySide } from '../../engine/side-by-side.ts';
import { withMarkedDenial } from '../../engine/session-denial.ts';
import type { Footprint, Observation, Plan, RunContext } from '../../engine/types.ts';
import { takeReadings, type Readings } from '../../resources/readings.ts';
import { rotationMark } from '../../resources/rotation-mark.ts';
import { keeping } from '../converge-phase.ts';
import { leaksOf, withoutLeaked, type Leak } from './leak.ts';
import { lookAtPods } from './pods.ts';
import type { LeftCredential, MigrationSeen } from './seen.ts';

export interface MigrationLooked {
  readonly old: Footprint;
  readonly next: Footprint;
  readonly sides: SideBySide;
  readonly observation: Observation;
  /** Of the new mode with the workload. */
  readonly later: Observation;
  /** What is to do for both side by side, and then for the new one with the workload. */
  readonly plans: { readonly beside: Plan; readonly switched: Plan };
  readonly seen: MigrationSeen;
  /** Keys that have leaked, and are not deleted yet. */
  readonly leaked: readonly Leak[];
}

/** What a look needs of the two revisions: before the first one is written there are only two declarations. */
export type Ways = { readonly from: Pick<ReadableRevision, 'access' | 'catalog' | 'marks'>; readonly to: Pick<ReadableRevision, 'access' | 'catalog' | 'marks'> } & Pick<ModeChange, 'back'>;

/** Looks at an access on its way between two modes; only reads. */
export async function lookAtMigration(change: Ways, context: RunContext, proven: boolean): Promise<MigrationLooked> {
  const readings = takeReadings(context.aws, context.kubernetes);
  const now = context.clock.now();
  const footprintIn = ({ access, catalog }: Ways['from']): Promise<Footprint> => withMarkedDenial(footprintOf(access, { catalog: catalog ?? context.catalog, clusterId: context.clusterId, now }), readings, now);
  const [before, after, leaks] = await Promise.all([footprintIn(change.from), footprintIn(change.to), leaksOf(change, readings)]);
  const leaked = [leaks.from, leaks.to].filter((leak) => leak !== undefined);
  const handedOut = !change.back || change.from.marks.switching !== undefined;
  const sound = withoutLeaked(before, after, leaks);
  const { old, next } = handedOut ? keptApart(sound.old, sound.next) : sound;
  const sides = handedOut ? sideBySide(old, next) : alone(next);
  const [observation, later, workloads] = await Promise.all([observe(sides.beside, context, readings), observe(sides.switched, context, readings), lookAtPods(old, next, readings)]);
  const plans = { beside: planOf(sides.beside, handedOut ? observation : keeping(observation), now, planOptions(context)), switched: planOf(sides.switched, keeping(later), now, planOptions(context)) };
  const [left, asleep] = await Promise.all([keyOf(old, observation, readings, context), keyOf(next, observation, readings, context)]);
  const keptOut = old.resources.filter(isWorkload).map(({ desired }) => at(desired, 'keptOut')).find((each) => at(each, 'wanted') === true);
  return {
    old,
    next,
    sides,
    observation,
    later,
    plans,
    leaked,
    seen: {
      from: change.from.access,
      to: change.to.access,
      back: change.back,
      handedOut,
      marks: change.to.marks,
      missing: undone(plans.beside).filter((step) => !isWorkload(step)).map(({ id }) => id),
      lacking: undone(plans.switched).map(({ id }) => id),
      proven,
      leaked: leaked.map(({ id }) => id),
      renews: leaks.to?.recorded === true,
      workloads,
      shields: workloads.some(({ exposed }) => exposed.length > 0) ? undone(plans.beside).filter(isWorkload).map(({ id }) => id) : [],
      ...(keptOut === undefined ? {} : { keptOut: textAt(keptOut, 'label') ?? '' }),
      ...(left === undefined ? {} : { left }),
      ...(asleep?.active === false && asleep.off !== undefined && leaks.to?.id !== asleep.id ? { asleep: asleep.id } : {}),
    },
  };
}

/** Back from what the workload never had: nothing of it is finished, and nothing else is kept whole for it. */
function alone(next: Footprint): SideBySide {
  const only = { ...next, changesMode: true } as const;
  return { beside: only, switched: only, kept: only };
}

/** A step that somebody else has to do is not waited for here: its pods tell when it was done. */
function undone(plan: Plan): Plan['steps'] {
  return plan.steps.filter(({ action, handOver }) => action !== 'none' && handOver === undefined);
}

/** The access key of a mode that has one: the one that is handed out. */
async function keyOf({ resources, access }: Footprint, { found }: Observation, readings: Readings, context: RunContext): Promise<LeftCredential | undefined> {
  const sort = keySortOf(access);
  if (sort === undefined || !resources.some(({ kind }) => kind === sort.kind)) return undefined;
  const { user: userName } = access.spec.names;
  const user = await readings.user(userName);
  if (user === undefined) return undefined;
  const id = textAt(found.get(address(currentKey(sort).id))?.outputs, 'id') ?? rotationMark(user)?.from;
  const key = (await sort.read(userName, readings)).find((each) => each.id === id);
  if (key === undefined) return undefined;
  const mark = rotationMark(user);
  const off = mark?.from === key.id ? mark.off : mark?.beside === key.id ? mark.began : undefined;
  const lastUsed = key.active && sort.lastUse !== undefined ? (await context.aws.iam.accessKeyUse(userName, key.id))?.at : undefined;
  return { id: key.id, active: key.active, ...(off === undefined ? {} : { off }), ...(lastUsed === undefined ? {} : { lastUsed }) };
}
