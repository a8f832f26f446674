/** What a fault proxy does to calls: planned faults of single calls, kills of whole runs, and seeded weather over all of them. */
import type { Random } from '../../src/clock.ts';
import { runIdOf } from '../../src/sandbox/faults.ts';
import type { FaultPlan, FaultRule } from '../../src/sandbox/types.ts';

/** Everything that the sandbox can do to a call, and what only a wire can. */
export type WireFault =
  | FaultRule['fault']
  /** The answer ends in the middle: its head and half of its body come, then the connection is closed. The call is carried out. */
  | { readonly kind: 'cut' }
  /** The connection stays open and nothing ever comes: the peer is gone without a word. */
  | { readonly kind: 'silence'; readonly when: 'before' | 'after' };

export interface WireFaultRule extends Omit<FaultRule, 'fault'> {
  readonly fault: WireFault;
}

/** Kills have become drops: a killed run's calls are dropped from then on. */
export type WireStrike = Exclude<WireFault, { kind: 'kill' }>;

export interface Weather {
  /** Of how many calls one is struck, on average: 0.2 for every fifth. */
  readonly rate: number;
  readonly random: Random;
  readonly faults: readonly WireStrike[];
  /** No action is struck more often than this in a row, so that bounded patience suffices. Default 2. */
  readonly inARow?: number;
}

/** One plan for every proxy of a world, so that a killed run is dead at all of them. */
export class WireFaults implements FaultPlan {
  readonly #killed = new Set<string>();
  #rules: { readonly rule: WireFaultRule; seen: number; hits: number }[] = [];
  #weather: Weather | undefined;
  readonly #row = new Map<string, number>();

  add(rule: WireFaultRule): void {
    this.#rules.push({ rule, seen: 0, hits: 0 });
  }

  /** From now on, whatever rules say of single calls goes before it. */
  weather(weather: Weather): void {
    this.#weather = weather;
  }

  clear(): void {
    this.#rules = [];
    this.#weather = undefined;
    this.#row.clear();
    this.#killed.clear();
  }

  /** Counts this call. */
  strike(action: string, userAgent: string | undefined): WireStrike | undefined {
    const run = runIdOf(userAgent);
    if (this.#killed.has(run)) return { kind: 'drop', when: 'before' };
    for (const one of this.#rules.filter(({ rule }) => matches(rule.action, action))) {
      one.seen += 1;
      if (one.seen <= (one.rule.skip ?? 0) || one.hits >= (one.rule.times ?? 1)) continue;
      one.hits += 1;
      const { fault } = one.rule;
      if (fault.kind !== 'kill') return fault;
      this.#killed.add(run);
      return { kind: 'drop', when: fault.when };
    }
    return this.#struckByWeather(action);
  }

  #struckByWeather(action: string): WireStrike | undefined {
    if (this.#weather === undefined) return undefined;
    const { rate, random, faults, inARow = 2 } = this.#weather;
    const row = this.#row.get(action) ?? 0;
    const struck = row < inARow && random() < rate;
    this.#row.set(action, struck ? row + 1 : 0);
    return struck ? faults[Math.floor(random() * faults.length)] : undefined;
  }
}

function matches(pattern: string, action: string): boolean {
  const expression = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${expression}$`, 'i').test(action);
}
