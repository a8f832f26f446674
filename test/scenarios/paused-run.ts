/** A run whose process stands still after one of its calls, and goes on later: with what it knew, and with nothing that happened since. */
import type { Aws } from '../../src/aws/types.ts';
import type { RunContext } from '../../src/engine/types.ts';

export interface PausedRun {
  readonly context: RunContext;
  /** It stands still, or has come to its end before. */
  readonly paused: Promise<void>;
  resume(): void;
  /** Calls that it has made. */
  readonly calls: () => number;
}

/** Stands still when call number `at` has been answered: neither an answer nor the end of a sleep reaches it from then on. */
export function pausing(given: RunContext, at: number): PausedRun {
  let made = 0;
  const paused = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  let gate: Promise<void> = Promise.resolve();
  const answered = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
    const [outcome] = await Promise.allSettled([work]);
    made += 1;
    if (made === at) {
      gate = resumed.promise;
      paused.resolve();
    }
    await gate;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
  const slowly = <Calls extends object>(calls: Calls): Calls =>
    new Proxy(calls, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(value, target, args);
          return answer instanceof Promise ? answered(answer) : answer;
        };
      },
    });
  const slowAws = (aws: Aws): Aws => ({
    sts: slowly(aws.sts),
    iam: slowly(aws.iam),
    apiKeys: slowly(aws.apiKeys),
    webIdentity: slowly(aws.webIdentity),
    ssm: (region) => slowly(aws.ssm(region)),
    secretsManager: (region) => slowly(aws.secretsManager(region)),
    rolesAnywhere: (region) => slowly(aws.rolesAnywhere(region)),
    bedrock: (region) => slowly(aws.bedrock(region)),
    runtime: (region) => aws.runtime(region),
    eks: (region) => slowly(aws.eks(region)),
    cloudTrail: (region) => slowly(aws.cloudTrail(region)),
    as: (credentials) => slowAws(aws.as(credentials)),
    withToken: (token) => aws.withToken(token),
    calls: aws.calls,
  });
  const context = {
    ...given,
    aws: slowAws(given.aws),
    kubernetes: slowly(given.kubernetes),
    clock: {
      now: () => given.clock.now(),
      async sleep(milliseconds: number, signal?: AbortSignal) {
        await given.clock.sleep(milliseconds, signal);
        await gate;
      },
    },
  };
  return { context, paused: paused.promise, resume: () => resumed.resolve(), calls: () => made };
}
