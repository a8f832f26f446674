/**
 * Rotation: from one key to another of the same sort without a failed call. Each run looks where it stands, does what the gates allow,
 * and says what has to wait until when.
 *
 *     for await (const event of rotateAccess({ namespace: 'openhands', name: 'openhands' }, context, { begin: 'due' })) show(event);
 */
import { keyMode } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import type { TrailEvent } from '../aws/types.ts';
import { summary } from '../engine/apply.ts';
import { stamped } from '../engine/events.ts';
import type { Executed } from '../engine/execute.ts';
import { isStopped, joined, nothingExecuted } from '../engine/executed.ts';
import { refuse } from '../engine/failure.ts';
import { holdLease, type RunLease } from '../engine/lease.ts';
import { modeChangeOf, modeFindings } from '../engine/mode-change.ts';
import { withDenial } from '../engine/session-denial.ts';
import { ownerOf } from '../engine/rollback.ts';
import type { AccessName, RunContext, RunEvent, RunEventBody } from '../engine/types.ts';
import { completeRevision } from '../engine/revision.ts';
import { guarded } from '../engine/guarded.ts';
import { appliedAccess } from './applied.ts';
import { convergePhase } from './converge-phase.ts';
import { beginMove, inLayout, movesOnly } from './layout-move.ts';
import { leakedSide } from './leaked-side.ts';
import { look, type Looked } from './look.ts';
import { refuseBeginning, refuseCompromised, refuseUndo, leakFinding, leakFindingOnTheWay, newKeyRefused, rotateAfterTooShort, stopped, tooLong, unfinishedApply } from './rotation-findings.ts';
import { goingBack, renewal, withOldKey } from './rotation-footprints.ts';
import { dueAt, rotationPhases, type RotationPhase } from './rotation-phases.ts';
import { sortNamed, type KeySort } from '../resources/key-sort.ts';
import { storedKeyWorks } from './stored-key.ts';
import { lookInTrail } from './trail.ts';
import { phaseOf, type Gate } from './transition.ts';
import type { RotateOptions, RotationSeen } from './types.ts';

/** A gate that opens within this time is waited for; a later one is the next run's. */
const patience = 10 * 60_000;
/** How long the roll-out of a workload is waited for beyond what the engine itself waits. */
const rollOutPatience = 15 * 60_000;

/** @throws AccessError where nothing can be begun: `access-not-found`, `unknown-access-key`, `nothing-to-undo` … */
export async function* rotateAccess(name: AccessName, given: RunContext, options: RotateOptions): AsyncGenerator<RunEvent> {
  const callsBefore = given.aws.calls.length;
  const lease = await holdLease(ownerOf(name, given), 'rotate', given);
  try {
    const applied = await appliedAccess(name, given);
    const { context, complete } = applied;
    const change = modeChangeOf(applied.revisions);
    if (change !== undefined && options.compromised === true) {
      // A leaked key waits for no migration: it goes first, and then the migration goes on, or back.
      const writing = guarded(context, lease.guard);
      const side = await leakedSide(change, writing, options.key);
      const executed = yield* cutLeakedKey(side.access, writing, lease, side.id, true);
      yield stamped({ ...summary('rotate', executed, context.aws.calls.length - callsBefore), waitsFor: 'a person, to go on with `bedrock-access migrate`, or back with `bedrock-access migrate --undo`' }, context.clock);
      return;
    }
    const migrating = modeFindings(applied.access, applied.revisions);
    if (migrating.length > 0) {
      // The CronJob comes again when the access is in one mode.
      if (options.begin !== 'due' || options.undo === true || options.compromised === true) refuse(migrating);
      yield stamped({ ...summary('rotate', nothingExecuted, context.aws.calls.length - callsBefore), waitsFor: 'the migration under way to end' }, context.clock);
      return;
    }
    const access = inLayout(applied.access, options.layout);
    const writing = guarded(context, lease.guard);
    const pending = access === applied.access ? (complete ? undefined : applied.revisions[0]) : await beginMove(access, applied, writing);
    // A move to another layout that was begun is gone on with by every rotation.
    const moving = pending !== undefined && movesOnly(applied);
    if (!complete && access === applied.access && options.compromised !== true && !moving && !(await isUnderWay(access, context))) throw unfinishedApply(name);
    const rotation = new Rotation(access, context, moving ? { ...options, begin: 'due' } : options, lease, pending !== undefined && access === applied.access);
    const { executed, ...rest } = yield* rotation.run();
    if (pending !== undefined && rotation.converged) await completeRevision(pending, applied.revisions, writing);
    yield stamped({ ...summary('rotate', executed, context.aws.calls.length - callsBefore), ...rest }, context.clock);
  } finally {
    await lease.release();
  }
}

/**
 * The key is off, and its sessions are denied: what is left undone of that is done, and nothing else.
 *
 * @param asked by a person in this run, who is told what will be felt
 */
export async function* cutLeakedKey(access: Access, context: RunContext, lease: RunLease, leaked: string, asked = false): AsyncGenerator<RunEvent, Executed> {
  return yield* new Rotation(access, context, { begin: 'due', compromised: true }, lease, false).cut(leaked, asked);
}

async function isUnderWay(access: Access, context: RunContext): Promise<boolean> {
  return (await look(access, context)).seen.mark !== undefined;
}

interface Ended {
  readonly executed: Executed;
  /** The phase that waits, for what, and when it can be gone on with. */
  readonly phase?: string;
  readonly waitsFor?: string;
  readonly next?: string;
}

/** One run: what it has done so far, and what a person asked of it. */
class Rotation {
  readonly #access: Access;
  readonly #sort: KeySort;
  readonly #context: RunContext;
  readonly #options: RotateOptions;
  readonly #lease: RunLease;
  /** A run before this one left a revision that did not come to its end. */
  readonly #unfinished: boolean;
  readonly #phases: readonly RotationPhase[];
  #executed: Executed = nothingExecuted;
  /** What a person asked for is done once; the rest follows from what is seen. */
  #asked = false;
  #begun = false;
  /** The policy that denies the sessions of a leaked key was seen to in this run: made, mended or taken away. */
  #deniedFor: string | undefined;
  /** Of this run: the world is as the footprint of the phases up to the roll-out says. */
  #converged = false;
  #waitingSince: number | undefined;
  /** Of this run: the last call with the old key, by CloudTrail; and that it cannot be asked. */
  #inTrail: TrailEvent | undefined;
  #trailUnread = false;
  readonly #acts = new Map<string, number>();

  constructor(access: Access, context: RunContext, options: RotateOptions, lease: RunLease, unfinished: boolean) {
    this.#access = access;
    this.#sort = sortNamed(keyMode(access, 'a rotation').mode);
    this.#context = context;
    this.#options = options;
    this.#lease = lease;
    this.#unfinished = unfinished;
    this.#phases = rotationPhases(options);
  }

  /** Everything but the old key is as the access says. */
  get converged(): boolean {
    return this.#converged && this.#executed.failed.length + this.#executed.left.length === 0 && !this.#executed.interrupted;
  }

  async *run(): AsyncGenerator<RunEvent, Ended> {
    const { signal } = this.#context;
    for (;;) {
      if (signal.aborted) return { executed: { ...this.#executed, interrupted: true } };
      await this.#lease.guard();
      const now = await look(this.#access, this.#context);
      // What was seen before and after a run stood still does not go together: the lost Lease is told, not what it seems to mean.
      await this.#lease.guard();
      const first = yield* this.#keepDenial(now);
      const looked = 'executed' in first ? first : yield* this.#begin(first);
      if ('executed' in looked) return looked;
      const { seen } = looked;
      const phase = phaseOf(this.#phases, seen);
      if (phase === undefined || ['moved', 'deactivate', 'delete'].includes(phase.id)) {
        const ended = yield* this.#settle(looked);
        if (ended !== undefined) return ended;
      }
      if (phase === undefined) return { executed: this.#executed };
      const gate = yield* this.#gate(phase, seen);
      const acts = phase.id === 'restart' ? !this.#converged && (gate.open || gate.shut !== true) : gate.open;
      if (acts) {
        // What was done and does not show (another actor, a world that goes back) is not done for ever.
        const turn = (this.#acts.get(phase.id) ?? 0) + 1;
        this.#acts.set(phase.id, turn);
        if (turn > 3) return yield* this.#refused(tooLong(`"${phase.title}" to show its effect`, seen));
        const ended = yield* this.#act(phase, looked);
        if (ended !== undefined) return ended;
        continue;
      }
      const ended = yield* this.#wait(phase, gate, seen);
      if (ended !== undefined) return ended;
    }
  }

  /** While the access is on its way to another mode: the leaked key off, its sessions denied, and nothing of the rotation. */
  async *cut(leaked: string, asked: boolean): AsyncGenerator<RunEvent, Executed> {
    const looked = await look(this.#access, this.#context);
    await this.#lease.guard();
    const { seen } = looked;
    if (asked) yield this.#say({ type: 'finding', finding: leakFindingOnTheWay(seen, leaked) });
    const after = seen.keys.find(({ id }) => id === leaked)?.active === false && seen.mark?.leaked !== undefined && seen.mark.from === leaked ? looked : yield* this.#takeAway(looked, leaked);
    if ('executed' in after) return after.executed;
    yield* this.#keepDenial(after);
    return this.#executed;
  }

  async *#takeAway({ seen, footprint, observation }: Looked, leaked: string): AsyncGenerator<RunEvent, Looked | Ended> {
    const since = seen.mark?.from === leaked ? seen.mark.leaked : undefined;
    const executed = yield* convergePhase({ footprint: withOldKey(footprint, { keyId: leaked, status: 'Inactive', leaked: since ?? this.#context.clock.now() }), observation, only: [this.#sort.oldKind], regardless: true }, this.#context, this.#lease);
    if (this.#add(executed)) return yield* this.#stop(executed);
    return look(this.#access, this.#context);
  }

  /** Before the old key is taken away CloudTrail is asked too, where that is allowed; what hinders it is said once. */
  async *#gate(phase: RotationPhase, seen: RotationSeen): AsyncGenerator<RunEvent, Gate> {
    const { clock } = this.#context;
    const known = this.#inTrail === undefined ? seen : { ...seen, inTrail: this.#inTrail };
    const gate = phase.gate(known, clock.now());
    if (phase.id !== 'deactivate' || !gate.open || this.#trailUnread || seen.keys.find(({ id }) => id === seen.from)?.active !== true) return gate;
    const answer = await lookInTrail(seen, this.#context);
    if ('unread' in answer) {
      this.#trailUnread = true;
      yield this.#say({ type: 'finding', finding: answer.unread });
      return gate;
    }
    const { latest } = answer;
    if (latest === undefined) return gate;
    this.#inTrail = latest;
    const judged = phase.gate({ ...seen, inTrail: latest }, clock.now());
    if (!judged.open) {
      yield this.#say({ type: 'waiting', for: judged.waitsFor });
      this.#waitingSince ??= clock.now().getTime();
    }
    return judged;
  }

  /** Nothing under way: is there something to begin? What a person asked for comes before what follows by itself. */
  async *#begin(looked: Looked): AsyncGenerator<RunEvent, Looked | Ended> {
    const { seen, footprint, observation } = looked;
    const { clock } = this.#context;
    const { undo, compromised, begin } = this.#options;
    if (!this.#asked && undo === true) {
      this.#asked = true;
      const { from, recorded, mark } = seen;
      refuseUndo(seen);
      if (from === recorded && mark?.undo === undefined) {
        // Nobody got the second key yet: what is left of it is lost and goes, and then the mark.
        return this.#finish(yield* convergePhase({ footprint: withOldKey(footprint, { ...(from === undefined ? {} : { keyId: from }), over: true }), observation, only: [this.#sort.kind, this.#sort.oldKind] }, this.#context, this.#lease));
      }
      if (mark?.undo === undefined && from !== undefined && recorded !== undefined) {
        const executed = yield* convergePhase({ footprint: goingBack(footprint, recorded, from), observation, seen }, this.#context, this.#lease);
        if (this.#add(executed)) return yield* this.#stop(executed);
        this.#converged = true;
        return look(this.#access, this.#context);
      }
    }
    if (!this.#asked && compromised === true) {
      this.#asked = true;
      this.#begun = true;
      refuseCompromised(seen);
      const leaked = seen.from ?? seen.recorded ?? '';
      yield this.#say({ type: 'finding', finding: leakFinding(seen, leaked) });
      const after = yield* this.#takeAway(looked, leaked);
      return 'executed' in after ? after : yield* this.#keepDenial(after);
    }
    if (seen.from !== undefined) {
      this.#begun = true;
      return looked;
    }
    if (this.#begun || undo === true) return { executed: this.#executed };
    if (this.#unfinished) return (yield* this.#settle(looked)) ?? { executed: this.#executed };
    const due = dueAt(seen);
    if (begin === 'due' && (due === undefined || due.getTime() > clock.now().getTime())) {
      return { executed: this.#executed, ...(due === undefined ? { waitsFor: 'a person (`rotate --now`): rotateAfter is not declared' } : { waitsFor: 'the key to be old enough (rotateAfter, or its end at AWS)', next: due.toISOString() }) };
    }
    refuseBeginning(seen);
    this.#begun = true;
    const short = rotateAfterTooShort(seen, this.#options);
    if (short !== undefined) yield this.#say({ type: 'finding', finding: short });
    return { ...looked, seen: { ...seen, ...(seen.recorded === undefined ? {} : { from: seen.recorded }) } };
  }

  /** The key has moved: what a run before left undone beside it (the parameters of another layout) is done before its revision is complete. */
  async *#settle({ footprint, observation, seen }: Looked): AsyncGenerator<RunEvent, Ended | undefined> {
    if (this.#converged || !this.#unfinished) {
      this.#converged = true;
      return undefined;
    }
    const executed = yield* convergePhase({ footprint, observation, seen }, this.#context, this.#lease);
    if (this.#add(executed)) return yield* this.#stop(executed);
    this.#converged = true;
    return undefined;
  }

  /** Denies the sessions of a leaked key once the key itself is off, and no longer than one can live. */
  async *#keepDenial(looked: Looked): AsyncGenerator<RunEvent, Looked | Ended> {
    const { denial, keys, mark } = looked.seen;
    const about = denial === undefined || denial === 'over' ? denial : denial.reason;
    if (denial === undefined || about === this.#deniedFor) return looked;
    // The key first: while it is on, it makes sessions.
    if (keys.some(({ id, active }) => id === mark?.from && active && mark.leaked !== undefined)) return looked;
    this.#deniedFor = about;
    const { footprint, observation } = looked;
    const executed = yield* convergePhase({ footprint: denial === 'over' ? footprint : withDenial(footprint, denial), observation, only: ['deny-policy'], regardless: true }, this.#context, this.#lease);
    if (this.#add(executed)) return yield* this.#stop(executed);
    return look(this.#access, this.#context);
  }

  async *#act(phase: RotationPhase, { seen, footprint, observation }: Looked): AsyncGenerator<RunEvent, Ended | undefined> {
    const { clock } = this.#context;
    const { from = '', recorded = '', mark } = seen;
    const old = { keyId: from };
    const only = [this.#sort.oldKind];
    const converge = (act: Parameters<typeof convergePhase>[0]): ReturnType<typeof convergePhase> => convergePhase(act, this.#context, this.#lease);
    let executed: Executed;
    switch (phase.id) {
      case 'renew':
        executed = yield* converge({ footprint: mark?.undo !== undefined && mark.to !== undefined && mark.from === from ? goingBack(footprint, from, mark.to) : renewal(footprint, from), observation, seen });
        this.#converged = true;
        break;
      case 'deliver':
      case 'restart':
        executed = yield* converge({ footprint, observation, seen });
        this.#converged = true;
        break;
      case 'moved':
        executed = yield* converge({ footprint: withOldKey(footprint, { ...old, moved: clock.now() }), observation, only });
        break;
      case 'cut':
        executed = yield* converge({ footprint: withOldKey(footprint, { ...old, status: 'Inactive' }), observation, only, regardless: true });
        break;
      case 'deactivate':
        if (!(await storedKeyWorks(this.#access, recorded, this.#context))) return yield* this.#refused(newKeyRefused(this.#access, recorded, from));
        executed = yield* converge({ footprint: withOldKey(footprint, { ...old, status: 'Inactive' }), observation, only });
        break;
      default:
        executed = yield* converge({ footprint: withOldKey(footprint, old), observation, only, goes: `left for ${recorded}, and its grace time is over` });
    }
    return this.#add(executed) ? yield* this.#stop(executed) : undefined;
  }

  /** Waits for what opens soon, else ends the run and says when to go on. */
  async *#wait(phase: RotationPhase, gate: Gate, seen: RotationSeen): AsyncGenerator<RunEvent, Ended | undefined> {
    const { clock, signal } = this.#context;
    const now = clock.now().getTime();
    if (gate.open) return yield* this.#refused(tooLong(phase.title, seen));
    const { waitsFor, until, byHand } = gate;
    if (byHand === true || (until !== undefined && until.getTime() - now > patience)) {
      yield this.#say({ type: 'waiting', for: waitsFor });
      return { executed: this.#executed, phase: phase.id, waitsFor, ...(until === undefined ? {} : { next: until.toISOString() }) };
    }
    if (this.#waitingSince === undefined) yield this.#say({ type: 'waiting', for: waitsFor });
    this.#waitingSince ??= now;
    if (until === undefined && now - this.#waitingSince > rollOutPatience) return yield* this.#refused(tooLong(waitsFor, seen));
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

  async *#stop(executed: Executed): AsyncGenerator<RunEvent, Ended> {
    if (!executed.interrupted) yield this.#say({ type: 'finding', finding: stopped((await look(this.#access, this.#context)).seen, executed) });
    return { executed: this.#executed };
  }

  *#refused(finding: Parameters<typeof stopped>[1]['failed'][number]['finding']): Generator<RunEvent, Ended> {
    yield this.#say({ type: 'finding', finding });
    return { executed: { ...this.#executed, left: [...this.#executed.left, 'the rest of the rotation'] } };
  }

  #finish(executed: Executed): Ended {
    this.#add(executed);
    return { executed: this.#executed };
  }

  #say(event: RunEventBody): RunEvent {
    return stamped(event, this.#context.clock);
  }
}
