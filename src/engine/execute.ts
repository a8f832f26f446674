import { backoff } from '../backoff.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { address } from '../resources/kind.ts';
import { Channel } from './channel.ts';
import { stamped } from './events.ts';
import { findingOf, isDenial } from './failure.ts';
import { guarded } from './guarded.ts';
import { observe } from './observe.ts';
import { runPass, type Progress, type Work } from './pass.ts';
import { plan as planOf } from './plan.ts';
import type { Footprint, Observation, Plan, PlanOptions, RunContext, RunEvent, RunEventBody, Step } from './types.ts';

export interface ExecuteOptions {
  /** Called before each change: renews the Lease, throws when it is lost. */
  readonly guard?: () => Promise<void>;
  /** Wait until what was made works. Default true. */
  readonly wait?: boolean;
}

/** What became of a plan. */
export interface Executed {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly finding: Finding }[];
  /** Steps that were not carried out, by kind and name. */
  readonly left: readonly string[];
  readonly interrupted: boolean;
}

/**
 * Carries out a plan: independent steps side by side, dependents of a failed step not at all. Where a call gave no
 * certain answer it observes, plans again and goes on. Says no `summary`: what the command as a whole came to is the
 * caller's to say.
 */
export async function* execute(plan: Plan, footprint: Footprint, observation: Observation, context: RunContext, options: ExecuteOptions = {}): AsyncGenerator<RunEvent, Executed> {
  const { owner, access, resources } = footprint;
  return yield* carryOut({ plan, owner, access, resources, observation }, context, options, async () => {
    const seen = await observe(footprint, context);
    return { plan: planOf(footprint, seen, context.clock.now(), planOptions(context)), owner, access, resources, observation: seen };
  });
}

/** What a run's context says about taking over. */
export function planOptions({ adopt, adoptFromCluster, only }: RunContext): PlanOptions {
  return { ...(only === undefined ? {} : { only }), ...(adopt === undefined ? {} : { adopt }), ...(adoptFromCluster === undefined ? {} : { adoptFromCluster }) };
}

/** How often the world is looked at again before an uncertain step is given up. */
const looks = 4;

export async function* carryOut(first: Work, context: RunContext, options: ExecuteOptions, lookAgain: () => Promise<Work>): AsyncGenerator<RunEvent, Executed> {
  const channel = new Channel<RunEventBody>();
  const progress: Progress = { outputs: new Map(), done: new Map(), failed: new Map() };
  // Who stops listening stops the run, as Ctrl-C does: the steps at hand are finished, no further one is begun.
  const abandoned = new AbortController();
  const signal = AbortSignal.any([context.signal, abandoned.signal]);
  const { guard = () => Promise.resolve() } = options;
  const running = run(guarded({ ...context, signal }, guard)).finally(() => channel.close());
  // Its failure is thrown below; the events said before it come first.
  running.catch(() => undefined);
  try {
    for await (const event of channel) yield stamped(event, context.clock);
    return await running;
  } finally {
    abandoned.abort();
    await running.catch(() => undefined);
  }

  async function run(context: RunContext): Promise<Executed> {
    const say = (event: RunEventBody): void => channel.send(event);
    const passOptions = { context, say, guard, settle: options.wait ?? true };
    let work = first;
    let again = await runPass(work, progress, passOptions);
    for (let look = 1; again.size > 0 && !context.signal.aborted; look += 1) {
      const uncertain = [...again.values()];
      if (look > looks) {
        for (const { step, error } of uncertain) giveUp(step, findingOf(error, `${step.kind} ${step.name}`, work.access));
        break;
      }
      for (const { step, error } of uncertain) say({ type: 'waiting', step: step.id, for: `another look (${error instanceof Error ? error.message : 'no certain answer'})` });
      await context.clock.sleep(backoff({ attempt: look, random: context.random, base: 1000, cap: 8000 }));
      await passOptions.guard();
      const seen = await lookAgain().catch((failure: unknown) => {
        // A replica of AWS that is behind may list a key that this run has deleted, and AWS denies who asks about that.
        if (look < looks && failure instanceof AccessError && isDenial(failure.details.origin)) return undefined;
        throw failure;
      });
      if (seen === undefined) continue;
      work = seen;
      const refused = work.plan.findings.filter(({ severity }) => severity === 'error');
      const [reason] = refused;
      if (reason !== undefined) {
        for (const { step } of uncertain) giveUp(step, refused.find(({ place }) => place?.resource === address(step)) ?? reason);
        break;
      }
      again = await runPass(work, progress, passOptions);
    }
    const { steps } = work.plan;
    const left = steps.filter((step) => step.action !== 'none' && !progress.done.has(address(step)));
    return {
      done: [...progress.done.values()],
      failed: [...progress.failed.values()],
      left: [...new Set([...left, ...[...progress.failed.values()].map(({ step }) => step)].map((step) => `${step.kind} ${step.name}`))],
      interrupted: context.signal.aborted && left.length > 0,
    };
  }

  function giveUp(step: Step, finding: Finding): void {
    progress.failed.set(address(step), { step, finding });
    channel.send({ type: 'step-failed', step: step.id, action: step.action, kind: step.kind, name: step.name, finding });
  }
}
