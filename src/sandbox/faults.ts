import type { FaultPlan, FaultRule } from './types.ts';

type Service = 'aws' | 'kubernetes';

/** One call, before it is executed. */
export interface FaultCandidate {
  readonly service: Service;
  /** What a rule's `action` may name: `bedrock:InvokeModel` and the operation `bedrock:Converse`; `patch deployments`. */
  readonly names: readonly string[];
  readonly userAgent: string | undefined;
}

/**
 * What becomes of the call. `drop`: close the connection without an answer, before or after executing it (a refused
 * call of a killed run is dropped before). `delay` is wall time, since it is the client's patience that it tries.
 */
export type Strike = Exclude<FaultRule['fault'], { kind: 'kill' }>;

/** The whole sandbox's misbehaviour: one plan for both APIs, so that a killed run is dead in both. */
export interface Faults extends FaultPlan {
  /** The same plan, where added rules hit calls of this service only and `clear` removes only those. */
  of(service: Service): FaultPlan;
  /** Counts this call against the rules. Kills count as drops. */
  strike(call: FaultCandidate): Strike | undefined;
  /** Runs that were killed, by the id in their User-Agent. */
  readonly killed: ReadonlySet<string>;
}

/** The id of the program run that made a call: `run/<id>` in its User-Agent; empty for callers without one. */
export function runIdOf(userAgent: string | undefined): string {
  return /(?:^|[\s(;/])run[/#]([\w.-]+)/.exec(userAgent ?? '')?.[1] ?? '';
}

export function createFaults(): Faults {
  const planted: { rule: FaultRule; service: Service | undefined; seen: number; hits: number }[] = [];
  const killed = new Set<string>();

  const plan = (service: Service | undefined): FaultPlan => ({
    add: (rule) => void planted.push({ rule, service, seen: 0, hits: 0 }),
    clear: () => {
      planted.splice(0, planted.length, ...planted.filter((one) => service !== undefined && one.service !== service));
      if (service === undefined) killed.clear();
    },
  });

  return {
    ...plan(undefined),
    of: plan,
    killed,
    strike(call) {
      const run = runIdOf(call.userAgent);
      if (killed.has(run)) return { kind: 'drop', when: 'before' };
      for (const one of planted) {
        const { rule } = one;
        if (one.service !== undefined && one.service !== call.service) continue;
        if (!call.names.some((name) => matches(rule.action, name))) continue;
        one.seen += 1;
        if (one.seen <= (rule.skip ?? 0) || one.hits >= (rule.times ?? 1)) continue;
        one.hits += 1;
        if (rule.fault.kind !== 'kill') return rule.fault;
        killed.add(run);
        return { kind: 'drop', when: rule.fault.when };
      }
      return undefined;
    },
  };
}

/** `*` stands for any characters; upper and lower case are alike, as in IAM. */
function matches(pattern: string, name: string): boolean {
  const expression = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${expression}$`, 'i').test(name);
}
