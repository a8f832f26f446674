import { setImmediate as turn } from 'node:timers/promises';
import type { Cancel, SandboxClock } from '../clock.ts';
import { isStatus } from '../kubernetes/status-error.ts';

/** When to look at the same key again, in milliseconds of world time; nothing for "when something changes". */
export type Again = number | undefined;

export interface BackOff {
  /** Milliseconds of world time before the first retry; doubled with each failure. */
  readonly first: number;
  readonly most: number;
}

/** client-go: DefaultTypedControllerRateLimiter. */
export const kubernetesBackOff: BackOff = { first: 5, most: 1_000_000 };

/**
 * The queue of one controller: keys, not events, so that many changes of one object are one look at its newest state.
 * World time stands still while there is work in it.
 */
export class WorkQueue {
  readonly #clock: SandboxClock;
  readonly #reconcile: (key: string) => Again | Promise<Again>;
  readonly #backOff: BackOff;
  readonly #waiting = new Set<string>();
  readonly #later = new Map<string, Cancel>();
  readonly #failures = new Map<string, number>();
  #draining: Promise<void> | undefined;
  #stopped = false;

  constructor(clock: SandboxClock, backOff: BackOff, reconcile: (key: string) => Again | Promise<Again>) {
    this.#clock = clock;
    this.#backOff = backOff;
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#waiting.add(key);
    this.#draining ??= this.#clock.during(this.#drain());
  }

  /** Ends the timers, and waits for the work at hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const cancel of this.#later.values()) cancel();
    this.#later.clear();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) {
      await turn();
      const keys = [...this.#waiting];
      this.#waiting.clear();
      await Promise.all(keys.map((key) => this.#process(key)));
    }
    this.#draining = undefined;
  }

  async #process(key: string): Promise<void> {
    this.#later.get(key)?.();
    this.#later.delete(key);
    try {
      const again = await this.#reconcile(key);
      this.#failures.delete(key);
      if (again !== undefined) this.#addAfter(key, again);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      if (!(error instanceof Reported) && !isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) {
        process.emitWarning(`a controller of the sandbox failed at ${key}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      this.#addAfter(key, Math.min(this.#backOff.first * 2 ** failures, this.#backOff.most));
    }
  }

  #addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    this.#later.set(
      key,
      this.#clock.after(milliseconds, () => {
        this.#later.delete(key);
        this.add(key);
        return this.#draining;
      }),
    );
  }
}

/** Try again with back-off; what is wrong already stands in a status or an event. */
export class Reported extends Error {}
