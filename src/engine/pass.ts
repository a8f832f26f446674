/**
 * One pass over a plan: every step starts when what it needs is done, independent ones side by side. A failed step stops
 * its dependents and nothing else; a failed removal stops no other removal.
 */
import type { Access } from '../access/types.ts';
import { backoff } from '../backoff.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { kindOf } from '../resources/index.ts';
import { address, isReference, type Field, type Hands, type Outputs, type Resource } from '../resources/kind.ts';
import type { Owner } from '../resources/owner.ts';
import { Secret } from '../secret.ts';
import { findingOf, reactionTo } from './failure.ts';
import type { FoundResource, Observation, Plan, RunContext, RunEventBody, Step } from './types.ts';

/** What a pass works with. */
export interface Work {
  readonly plan: Plan;
  readonly owner: Owner;
  /** Where one is declared: it tells what a denied call was judged on. */
  readonly access?: Access;
  readonly resources: readonly Resource[];
  readonly observation: Pick<Observation, 'found' | 'strays' | 'readings'>;
}

/** What is known across the passes of one run. */
export interface Progress {
  /** Outputs of what exists, by address; secrets made in this run among them. */
  readonly outputs: Map<string, Outputs>;
  readonly done: Map<string, Step>;
  readonly failed: Map<string, { readonly step: Step; readonly finding: Finding }>;
}

export interface PassOptions {
  readonly context: RunContext;
  readonly say: (event: RunEventBody) => void;
  /** Called before each changing step: throws when the run may not change anything any more. */
  readonly guard: () => Promise<void>;
  /** Wait until what was made works (a key is known, a roll-out is done). */
  readonly settle: boolean;
}

/** Steps that have to be looked at again, with the error that made it so. */
export type LookAgain = ReadonlyMap<string, { readonly step: Step; readonly error: unknown }>;

type Outcome = 'done' | 'stopped';

/** How often one call is sent again before the step is given up. */
const attempts = 7;

export async function runPass(work: Work, progress: Progress, options: PassOptions): Promise<LookAgain> {
  const { plan, resources, observation } = work;
  const { context, say } = options;
  const { signal, clock } = context;
  const byAddress = new Map(resources.map((resource) => [address(resource), resource]));
  const strays = new Map(observation.strays.map((stray) => [address(stray), stray]));
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const finished = new Map<string, Promise<Outcome>>();
  const settled = new Map<string, Promise<Outcome>>();
  const again = new Map<string, { readonly step: Step; readonly error: unknown }>();
  const hands = handsOf(work, progress, context);
  let marks: Promise<void> | undefined;

  for (const step of plan.steps) {
    finished.set(step.id, finish(step));
    settled.set(step.id, settle(step));
  }
  await Promise.all(settled.values());
  return again;

  async function finish(step: Step): Promise<Outcome> {
    if (progress.failed.has(address(step))) return 'stopped';
    if (!(await mayStart(step))) return 'stopped';
    const resource = byAddress.get(address(step));
    const found = observation.found.get(address(step)) ?? strays.get(address(step));
    if (step.action === 'none') {
      if (resource !== undefined) progress.outputs.set(address(step), { ...kindOf(step).foreseen(resource.desired), ...found?.outputs, ...progress.outputs.get(address(step)) });
      return 'done';
    }
    if (step.handOver !== undefined || signal.aborted) return 'stopped';
    try {
      await options.guard();
      // While the Lease was renewed, Ctrl-C may have come.
      if (signal.aborted) return 'stopped';
      say({ type: 'step-started', step: step.id, action: step.action, kind: step.kind, name: step.name });
      const began = clock.now().getTime();
      await patiently(step, () => act(step, resource, found));
      progress.done.set(address(step), step);
      say({ type: 'step-done', step: step.id, action: step.action, kind: step.kind, name: step.name, milliseconds: clock.now().getTime() - began });
      return 'done';
    } catch (error) {
      if (error instanceof LookFirst) again.set(address(step), { step, error: error.cause });
      else fail(step, findingOf(error, `${step.kind} ${step.name}`, work.access));
      return 'stopped';
    }
  }

  async function mayStart(step: Step): Promise<boolean> {
    const before = step.after.map((id) => steps.get(id)).filter((other) => other !== undefined);
    // Removals go on, whatever became of other removals; that a thing is still in use, AWS and the cluster say themselves.
    const binding = before.filter(({ action }) => !(step.action === 'delete' && action === 'delete'));
    await outcomesOf(step.action === 'delete' ? settled : finished, before.map(({ id }) => id));
    const waitsForSettled = kindOf(step).afterSettled === true || step.action === 'delete';
    const outcomes = await outcomesOf(waitsForSettled ? settled : finished, binding.map(({ id }) => id));
    return outcomes.every((outcome) => outcome === 'done');
  }

  async function act(step: Step, resource: Resource | undefined, found: FoundResource | undefined): Promise<void> {
    const kind = kindOf(step);
    if (step.action === 'delete') {
      if (found === undefined) throw new TypeError(`${step.id} removes nothing that was observed`);
      if (strays.get(address(step))?.first !== true) await (marks ??= writeMarks().catch((error: unknown) => {
        marks = undefined;
        throw error;
      }));
      await kind.remove(found.observed, hands);
      return;
    }
    if (resource === undefined) throw new TypeError(`${step.id} names no resource of the footprint`);
    const fields = step.differences.map(({ field }) => field);
    const outputs =
      step.action === 'create' || step.action === 'replace' || found === undefined
        ? await kind.create(resource.desired, hands)
        : await kind.update(resource.desired, found.observed, fields, hands);
    progress.outputs.set(address(step), { ...kind.foreseen(resource.desired), ...(step.action === 'create' ? {} : found?.outputs), ...outputs });
    if (step.action === 'replace' && found !== undefined) await kind.remove(found.observed, hands);
  }

  /** Before the first thing is removed, what will tell afterwards whose the rest is. */
  async function writeMarks(): Promise<void> {
    const removed = plan.steps.filter((step) => step.action === 'delete').map((step) => strays.get(address(step))).filter((stray) => stray !== undefined && stray.first !== true);
    for (const name of new Set(removed.map((stray) => stray?.kind))) {
      const all = removed.filter((stray) => stray?.kind === name).map((stray) => stray?.observed);
      if (name !== undefined) await kindOf({ kind: name }).beforeRemoval?.(all, hands);
    }
  }

  async function patiently(step: Step, call: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        const reaction = reactionTo(error, kindOf(step));
        if (reaction === 'look-again') throw new LookFirst(error);
        if (reaction === 'give-up' || attempt >= attempts || signal.aborted) throw error;
        say({ type: 'waiting', step: step.id, for: `another try (${error instanceof Error ? error.message : 'the call failed'})` });
        await clock.sleep(backoff({ attempt, random: context.random, base: 500, cap: 10_000 }));
        await options.guard();
      }
    }
  }

  async function settle(step: Step): Promise<Outcome> {
    const outcome = await finished.get(step.id);
    const before = await outcomesOf(settled, step.after);
    if (outcome !== 'done') return 'stopped';
    const kind = kindOf(step);
    if (options.settle && step.action === 'delete') await settleRemoval(step);
    const resource = byAddress.get(address(step));
    const asked = plan.only === undefined || plan.only.includes(step.kind);
    if (!options.settle || !asked || step.action === 'delete' || kind.settle === undefined || resource === undefined) return 'done';
    if (before.some((other) => other === 'stopped')) return 'stopped';
    try {
      return (await untilSettled(step, async () => kind.settle?.(resource.desired, hands))) ? 'done' : 'stopped';
    } catch (error) {
      fail(step, findingOf(error, `${step.kind} ${step.name}`, work.access));
      return 'stopped';
    }
  }

  /** What was removed may still be on its way out; that it stays there longer than expected is said and stops nothing. */
  async function settleRemoval(step: Step): Promise<void> {
    const kind = kindOf(step);
    const removed = strays.get(address(step));
    if (kind.settleRemoval === undefined || removed === undefined) return;
    try {
      await untilSettled(step, async () => kind.settleRemoval?.(removed.observed, hands), removalPatience);
    } catch (error) {
      say({ type: 'finding', finding: { ...findingOf(error, `${step.kind} ${step.name}`, work.access), severity: 'warning' } });
    }
  }

  async function untilSettled(step: Step, look: () => Promise<string | undefined>, longest = Infinity): Promise<boolean> {
    const patience = kindOf(step).patience ?? defaultPatience;
    const { id, cause, remedy } = patience;
    const seconds = Math.min(patience.seconds, longest);
    const until = clock.now().getTime() + seconds * 1000;
    let said: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) return false;
      const waitingFor = await look();
      if (waitingFor === undefined) return true;
      if (waitingFor !== said) say({ type: 'waiting', step: step.id, for: waitingFor });
      said = waitingFor;
      if (clock.now().getTime() >= until) {
        // A run that stood still waits for what another run has long since made otherwise: the lost Lease is the reason.
        await options.guard();
        throw new AccessError(id, `after ${seconds} s still waiting for ${waitingFor}`, { cause, remedy, place: { resource: `${step.kind} ${step.name}` } });
      }
      await clock.sleep(Math.min(5000, 250 * 1.5 ** attempt), signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
      await options.guard();
    }
  }

  function fail(step: Step, finding: Finding): void {
    progress.failed.set(address(step), { step, finding });
    say({ type: 'step-failed', step: step.id, action: step.action, kind: step.kind, name: step.name, finding });
  }
}

/** Steps that a plan does not name are no obstacle. */
async function outcomesOf(promises: ReadonlyMap<string, Promise<Outcome>>, ids: readonly string[]): Promise<readonly Outcome[]> {
  return Promise.all(ids.map((id) => promises.get(id) ?? Promise.resolve<Outcome>('done')));
}

/** Seconds that a removal waits for a workload to let go: what a destroy takes away is not kept for one that never does. */
const removalPatience = 300;

const defaultPatience = {
  seconds: 120,
  id: 'still-waiting',
  cause: 'What was made does not come to work in the time that it usually takes.',
  remedy: 'Run the same command again: it goes on waiting where it stopped.',
};

class LookFirst extends Error {
  constructor(cause: unknown) {
    super('observe before going on', { cause });
  }
}

function handsOf({ owner, observation }: Work, progress: Progress, context: RunContext): Hands {
  const output = (field: Field): string | Secret | undefined => (isReference(field) ? progress.outputs.get(address(field))?.[field.output] : field);
  return {
    aws: context.aws,
    kubernetes: context.kubernetes,
    readings: observation.readings,
    clock: context.clock,
    signal: context.signal,
    adopt: context.adopt === true,
    owner,
    value(field) {
      const value = output(field);
      if (typeof value === 'string') return value;
      throw new TypeError(`${isReference(field) ? `${address(field)} ${field.output}` : 'a value'} is asked for before it is known`);
    },
    secret(reference) {
      const value = output(reference);
      return value instanceof Secret ? value : undefined;
    },
  };
}
