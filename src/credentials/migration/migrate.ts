/**
 * From one mode of credentials to another without a failed call: what the new mode needs is made beside what is in use, called
 * with, given to the workload, and the earlier is removed when nothing has it any more. Each run looks where it stands, does
 * what the gates allow, and says what has to wait until when.
 *
 *     for await (const event of migrateAccess({ namespace: 'openhands', name: 'openhands' }, context, { to: access })) show(event);
 */
import { isSameMode, keyMode } from '../../access/credential-mode.ts';
import { accessDigest } from '../../access/digest.ts';
import type { Access } from '../../access/types.ts';
import { summary } from '../../engine/apply.ts';
import { stamped } from '../../engine/events.ts';
import type { Executed } from '../../engine/execute.ts';
import { isStopped, joined, nothingExecuted } from '../../engine/executed.ts';
import { footprint as footprintOf } from '../../engine/footprint.ts';
import { guarded } from '../../engine/guarded.ts';
import { holdLease, type RunLease } from '../../engine/lease.ts';
import { isReadable, modeChangeOf, type ModeChange } from '../../engine/mode-change.ts';
import { beginRevision, completeRevision, markRevision, removeRevision, revisionsOf } from '../../engine/revision.ts';
import { ownerOf } from '../../engine/rollback.ts';
import { isWorkload } from '../../engine/side-by-side.ts';
import type { AccessName, Revision, RunContext, RunEvent, RunEventBody } from '../../engine/types.ts';
import { verifyAccess } from '../../engine/verify/index.ts';
import type { Finding } from '../../finding.ts';
import { keySorts, sortNamed, type KeySort } from '../../resources/key-sort.ts';
import { oldKey } from '../../resources/old-key.ts';
import { takeReadings } from '../../resources/readings.ts';
import { appliedAccess } from '../applied.ts';
import { convergePhase } from '../converge-phase.ts';
import { cutLeakedKey, rotateAccess } from '../rotate.ts';
import { phaseOf, type Gate } from '../transition.ts';
import type { RotationTimes } from '../types.ts';
import { refuseBeginning } from './begin.ts';
import { unheededLabel } from './unheeded-label.ts';
import { applyFirst, nothingToUndo, stopped, tooLong, underWay } from './findings.ts';
import { leaksOf } from './leak.ts';
import { lookAtMigration, type MigrationLooked } from './look.ts';
import { canAct, isOnItsWay, migrationPhases, type MigrationPhase } from './phases.ts';
import { proveFromCluster } from './prove-from-cluster.ts';
import { proveCredentials } from './prove.ts';
import type { MigrationSeen } from './seen.ts';

export interface MigrateOptions extends RotationTimes {
  /** The access in its new mode; without it, what is under way is gone on with. */
  readonly to?: Access;
  /** Back to the earlier mode. */
  readonly undo?: boolean;
  /** The new credentials are called with from within the cluster too, by a short Job with this image of the program, before the workload gets them. */
  readonly image?: string;
}

/** A gate that opens within this time is waited for; a later one is the next run's. */
const patience = 10 * 60_000;
const rollOutPatience = 15 * 60_000;

/** @throws AccessError where nothing can be begun: `access-not-found`, `migration-changes-more`, `nothing-to-undo` … */
export async function* migrateAccess(name: AccessName, given: RunContext, options: MigrateOptions): AsyncGenerator<RunEvent> {
  const layout = await otherLayout(name, given, options);
  if (layout !== undefined) {
    yield* rotateAccess(name, given, { ...options, begin: 'now', layout });
    return;
  }
  const callsBefore = given.aws.calls.length;
  const lease = await holdLease(ownerOf(name, given), 'migrate', given);
  try {
    const context = guarded(given, lease.guard);
    // A run of `rotate --compromised` that was stopped: the key first, whatever else is asked for.
    const cut = yield* leakCut(name, context, lease);
    const change = isStopped(cut) ? undefined : await begun(name, context, options);
    const { executed, ...rest } = change === undefined ? { executed: cut } : yield* new Migration(name, context, options, lease, cut).run();
    yield stamped({ ...summary('migrate', executed, context.aws.calls.length - callsBefore), ...rest }, context.clock);
  } finally {
    await lease.release();
  }
}

/** What is left undone of taking a leaked key away while a migration is under way. */
async function* leakCut(name: AccessName, context: RunContext, lease: RunLease): AsyncGenerator<RunEvent, Executed> {
  const readings = takeReadings(context.aws, context.kubernetes);
  const change = modeChangeOf(await revisionsOf(ownerOf(name, context), readings));
  if (change === undefined) return nothingExecuted;
  const { from, to } = await leaksOf(change, readings);
  let executed = nothingExecuted;
  if (from !== undefined) executed = joined(executed, yield* cutLeakedKey(change.from.access, context, lease, from.id));
  if (to !== undefined && !isStopped(executed)) executed = joined(executed, yield* cutLeakedKey(change.to.access, context, lease, to.id));
  return executed;
}

const oldKeys = keySorts.map(({ oldKind }) => oldKind);

function sortOf(access: Access): KeySort {
  return sortNamed(keyMode(access, 'a key').mode);
}

/** The two layouts of a key are no two modes: the way from one to the other is a rotation, whose new key is stored in the other. */
async function otherLayout(name: AccessName, context: RunContext, { to, undo }: MigrateOptions): Promise<'single' | 'pair' | undefined> {
  const layout = to?.spec.credentials.accessKey?.layout;
  if (layout === undefined || undo === true) return undefined;
  const { access } = await appliedAccess(name, context);
  const applied = access.spec.credentials.accessKey?.layout;
  return applied === undefined || applied === layout ? undefined : layout;
}

/** What is under way, after what a person asked for was begun; undefined: nothing is. */
async function begun(name: AccessName, context: RunContext, { to, undo }: MigrateOptions): Promise<ModeChange | undefined> {
  const revisions = await revisionsOf(ownerOf(name, context), takeReadings(context.aws, context.kubernetes));
  const change = modeChangeOf(revisions);
  const begin = async (access: Access): Promise<void> => {
    await beginRevision(footprintOf(access, { catalog: context.catalog, clusterId: context.clusterId, now: context.clock.now() }), revisions, context);
  };
  if (undo === true) {
    if (change === undefined || change.to.marks.withdrawing !== undefined) throw nothingToUndo(name, change !== undefined);
    // A way back that was begun is gone on with.
    if (!change.back) await begin(change.from.access);
    return change;
  }
  if (change === undefined) {
    const { access, complete } = await appliedAccess(name, context);
    if (to === undefined || isSameMode(to.spec.credentials, access.spec.credentials)) return undefined;
    const [latest] = revisions;
    if (!complete || latest === undefined || !isReadable(latest)) throw applyFirst(name);
    await refuseBeginning(latest, to, context);
    await begin(to);
    return modeChangeOf(await revisionsOf(ownerOf(name, context), takeReadings(context.aws, context.kubernetes)));
  }
  // A declaration that still says the earlier mode asks for nothing else.
  if (to === undefined || [change.to.access, change.from.access].some((known) => accessDigest(to) === accessDigest(known))) return change;
  // A declaration that was put right, before the workload had anything of it.
  const corrects = isSameMode(to.spec.credentials, change.to.access.spec.credentials) && change.to.marks.switching === undefined && !change.back;
  if (!corrects) throw underWay(change, to);
  await refuseBeginning(change.from, to, context);
  await begin(to);
  return change;
}

interface Ended {
  readonly executed: Executed;
  /** The phase that waits, for what, and when it can be gone on with. */
  readonly phase?: string;
  readonly waitsFor?: string;
  readonly next?: string;
}

/** One run: what it has done so far. */
class Migration {
  readonly #name: AccessName;
  readonly #context: RunContext;
  readonly #lease: RunLease;
  readonly #phases: readonly MigrationPhase[];
  readonly #image: string | undefined;
  #executed: Executed;
  #proven = false;
  #waitingSince: number | undefined;
  readonly #acts = new Map<string, number>();

  constructor(name: AccessName, context: RunContext, options: MigrateOptions, lease: RunLease, executed: Executed) {
    this.#executed = executed;
    this.#name = name;
    this.#context = context;
    this.#lease = lease;
    this.#phases = migrationPhases(options);
    this.#image = options.image;
  }

  async *run(): AsyncGenerator<RunEvent, Ended> {
    const { clock, signal } = this.#context;
    for (;;) {
      if (signal.aborted) return { executed: { ...this.#executed, interrupted: true } };
      await this.#lease.guard();
      const revisions = await revisionsOf(ownerOf(this.#name, this.#context), takeReadings(this.#context.aws, this.#context.kubernetes));
      const change = modeChangeOf(revisions);
      if (change === undefined) return { executed: this.#executed };
      const looked = await lookAtMigration(change, this.#context, this.#proven);
      const { seen } = looked;
      const phase = phaseOf(this.#phases, seen);
      if (phase === undefined) return { executed: this.#executed };
      const gate = phase.gate(seen, clock.now());
      if (canAct(phase, gate, seen)) {
        const turn = (this.#acts.get(phase.id) ?? 0) + 1;
        this.#acts.set(phase.id, turn);
        if (turn > 3) return yield* this.#refused(tooLong(`"${phase.title}" to show its effect`, seen), seen);
        const ended = yield* this.#act(phase, change, looked, revisions);
        if (ended !== undefined) return ended;
        continue;
      }
      const ended = yield* this.#wait(phase, gate, seen);
      if (ended !== undefined) return ended;
    }
  }

  async *#act(phase: MigrationPhase, { to, from, back }: ModeChange, { seen, sides, next, observation, later, leaked }: MigrationLooked, revisions: readonly Revision[]): AsyncGenerator<RunEvent, Ended | undefined> {
    const { clock } = this.#context;
    const converge = (act: Omit<Parameters<typeof convergePhase>[0], 'observation'>): ReturnType<typeof convergePhase> => convergePhase({ observation, ...act }, this.#context, this.#lease);
    let executed: Executed;
    switch (phase.id) {
      case 'wake':
        executed = yield* converge({ footprint: { ...sides.switched, resources: [...sides.switched.resources, oldKey({ userName: seen.to.spec.names.user, keyId: seen.asleep ?? '', status: 'Active', over: true }, sortOf(seen.to))] }, only: oldKeys, keeps: true });
        break;
      case 'shield':
        executed = yield* converge({ footprint: sides.beside, only: ['workload-environment'], seen: { workloads: seen.workloads }, keeps: true });
        break;
      case 'beside':
        // A key that takes the place of a leaked one goes to pods that were switched already.
        if (isOnItsWay(seen)) executed = yield* converge({ footprint: sides.switched, seen: { workloads: seen.workloads }, keeps: true });
        // On the way back the workload stays as it is: it may have both by half, and the next phases give it what it had.
        else if (back) executed = yield* converge({ footprint: { ...sides.beside, resources: sides.beside.resources.filter((resource) => !isWorkload(resource)) }, seen: { workloads: seen.workloads }, keeps: true });
        else executed = yield* converge({ footprint: sides.beside, seen: { workloads: seen.workloads } });
        break;
      case 'prove': {
        yield this.#say({ type: 'waiting', for: 'the new credentials to work, in a process that has nothing else' });
        const refused = (await unheededLabel(seen.to, back ? undefined : seen.keptOut, this.#context)) ?? (await proveCredentials(seen.to, this.#context));
        if (refused !== undefined) return yield* this.#refused(refused, seen);
        const fromThere = this.#image === undefined ? [] : await proveFromCluster(sides.switched, this.#image, later, this.#context);
        await this.#lease.guard();
        if (fromThere.length > 0) return yield* this.#refused(fromThere, seen);
        this.#proven = true;
        return undefined;
      }
      case 'switch':
        if (to.marks.switching === undefined) {
          await markRevision(to, { switching: clock.now() }, this.#context);
          return undefined;
        }
        executed = yield* converge({ footprint: sides.switched, seen: { workloads: seen.workloads }, keeps: true });
        break;
      case 'confirm': {
        const wrong = await this.#confirm(seen.to);
        // What a check could not look at for want of the Lease says nothing of the credentials.
        await this.#lease.guard();
        if (wrong.length > 0) return yield* this.#refused(wrong, seen);
        await markRevision(to, { moved: clock.now() }, this.#context);
        return undefined;
      }
      case 'deactivate': {
        const refused = await proveCredentials(seen.to, this.#context, { short: true });
        if (refused !== undefined) return yield* this.#refused(refused, seen);
        // A user has one mark: a leaked key that another took the place of, and that waits for nothing, goes before it tells of this one.
        const other = leaked.find(({ id, recorded, user }) => id !== seen.left?.id && !recorded && user === seen.from.spec.names.user);
        if (other !== undefined) {
          executed = yield* converge({ footprint: { ...sides.switched, resources: [...sides.switched.resources, oldKey({ userName: other.user, keyId: other.id }, other.sort)] }, only: [other.sort.oldKind], keeps: true, goes: 'it has leaked, and another took its place' });
          break;
        }
        executed = yield* converge({ footprint: { ...sides.switched, resources: [...sides.switched.resources, oldKey({ userName: seen.from.spec.names.user, keyId: seen.left?.id ?? '', status: 'Inactive', forAnotherMode: true }, sortOf(seen.from))] }, only: oldKeys, keeps: true });
        break;
      }
      default:
        if (to.marks.withdrawing === undefined) {
          await markRevision(to, { withdrawing: clock.now() }, this.#context);
          return undefined;
        }
        executed = yield* converge({ footprint: { ...next, changesMode: true }, seen: { workloads: seen.workloads } });
        if (this.#add(executed)) return yield* this.#stop(executed, seen);
        // Back where it was: what was on its way was never in use, and is nothing to go back to.
        if (back) await removeRevision(from, this.#context);
        await completeRevision(to, revisions, this.#context);
        return { executed: this.#executed };
    }
    return this.#add(executed) ? yield* this.#stop(executed, seen) : undefined;
  }

  /** With what the pods have now: whatever verify looks at, but for who else may read the store, and for a role's trust, which still serves both modes. */
  async #confirm(access: Access): Promise<readonly Finding[]> {
    const wrong: Finding[] = [];
    for await (const check of verifyAccess(access, { ...this.#context, call: true })) {
      // One role of both modes trusts both while they are side by side; that it lets the pods in, the session and the calls say.
      if (check.id !== 'store-readers') wrong.push(...check.findings.filter(({ id, severity }) => severity === 'error' && id !== 'trust-differs'));
    }
    return wrong;
  }

  /** Waits for what opens soon, else ends the run and says when to go on. */
  async *#wait(phase: MigrationPhase, gate: Gate, seen: MigrationSeen): AsyncGenerator<RunEvent, Ended | undefined> {
    const { clock, signal } = this.#context;
    const now = clock.now().getTime();
    if (gate.open) return yield* this.#refused(tooLong(phase.title, seen), seen);
    const { waitsFor, until, byHand } = gate;
    if (byHand === true || (until !== undefined && until.getTime() - now > patience)) {
      yield this.#say({ type: 'waiting', for: waitsFor });
      return { executed: this.#executed, phase: phase.id, waitsFor, ...(until === undefined ? {} : { next: until.toISOString() }) };
    }
    if (this.#waitingSince === undefined) yield this.#say({ type: 'waiting', for: waitsFor });
    this.#waitingSince ??= now;
    if (until === undefined && now - this.#waitingSince > rollOutPatience) return yield* this.#refused(tooLong(waitsFor, seen), seen);
    const pause = until === undefined ? Math.min(30_000, 2000 + (now - this.#waitingSince) / 4) : Math.min(30_000, until.getTime() - now);
    await clock.sleep(pause, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
    return undefined;
  }

  /** Adds what was done; true when the run cannot go on. */
  #add(executed: Executed): boolean {
    this.#executed = joined(this.#executed, executed);
    return isStopped(executed);
  }

  *#stop(executed: Executed, seen: MigrationSeen): Generator<RunEvent, Ended> {
    if (!executed.interrupted) yield this.#say({ type: 'finding', finding: stopped(seen, executed) });
    return { executed: this.#executed };
  }

  *#refused(why: Finding | readonly Finding[], seen: MigrationSeen): Generator<RunEvent, Ended> {
    const findings = 'id' in why ? [why] : why;
    for (const finding of findings) yield this.#say({ type: 'finding', finding });
    if (!findings.some(({ id }) => id === 'earlier-pods-remain')) yield this.#say({ type: 'finding', finding: stopped(seen, { failed: [] }) });
    return { executed: { ...this.#executed, left: [...this.#executed.left, 'the rest of the migration'] } };
  }

  #say(event: RunEventBody): RunEvent {
    return stamped(event, this.#context.clock);
  }
}
