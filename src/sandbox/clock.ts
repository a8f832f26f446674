import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { WorldClock } from './types.ts';

/** Ends a timer; harmless when it has fired. */
export type Cancel = () => void;

type Action = () => unknown;

/**
 * The world's time. Ticking, it goes at real pace from where it starts; frozen, it stands still until someone moves it.
 * Timers are in world time and fire in order of their due time, each awaited before the next, so that a test which
 * advances by an hour sees everything that would have happened in that hour.
 */
export interface SandboxClock extends WorldClock {
  readonly ticking: boolean;
  /** Milliseconds since the epoch. */
  time(): number;
  after(milliseconds: number, action: Action): Cancel;
  /** First after one interval. The interval may be a function, for back-off. */
  every(milliseconds: number | (() => number), action: Action): Cancel;
  /** Waits in world time, and moves the world there instead of waiting: two sleepers side by side share the time. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Real work (a process that starts, a call over the network): the world's time does not move on before it is done,
   * else a sleeper's patience of minutes would be over in real milliseconds. The work must not itself sleep on this clock.
   */
  during<T>(work: Promise<T>): Promise<T>;
  /** Ends all timers. */
  stop(): void;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly action: Action;
}

export function createClock(options: { readonly now?: Date | undefined; readonly ticking?: boolean | undefined } = {}): SandboxClock {
  return new TimerClock(options.now ?? new Date(), options.ticking ?? true);
}

/** The same time as the product sees it. */
export function productClockOf(clock: SandboxClock): Clock {
  return { now: () => clock.now(), sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal) };
}

class TimerClock implements SandboxClock {
  readonly ticking: boolean;
  /** World time at the moment `#anchor` of the monotonic clock. */
  #base: number;
  #anchor = performance.now();
  /** Set while timers fire: the time that they see. */
  #pinned: number | undefined;
  #timers = new Set<Timer>();
  #count = 0;
  #sleepers = new Set<Timer>();
  #slept = Promise.withResolvers<void>();
  #moving: Promise<void> = Promise.resolve();
  #driving = false;
  #busy = new Set<Promise<unknown>>();
  #wake: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(start: Date, ticking: boolean) {
    this.#base = start.getTime();
    this.ticking = ticking;
  }

  time(): number {
    if (this.#pinned !== undefined) return this.#pinned;
    return this.ticking ? Math.floor(this.#base + performance.now() - this.#anchor) : this.#base;
  }

  now(): Date {
    return new Date(this.time());
  }

  advance(milliseconds: number): Promise<void> {
    return this.#enqueue(() => this.#moveTo(this.time() + milliseconds));
  }

  set(to: Date): Promise<void> {
    return this.#enqueue(() => this.#moveTo(to.getTime()));
  }

  after(milliseconds: number, action: Action): Cancel {
    const timer = this.#schedule(milliseconds, action);
    return () => {
      this.#timers.delete(timer);
      this.#arm();
    };
  }

  every(milliseconds: number | (() => number), action: Action): Cancel {
    const interval = (): number => Math.max(1, typeof milliseconds === 'number' ? milliseconds : milliseconds());
    let cancel: Cancel = () => undefined;
    let ended = false;
    const again = (): void => {
      cancel = this.after(interval(), async () => {
        try {
          await action();
        } finally {
          if (!ended) again();
        }
      });
    };
    again();
    return () => {
      ended = true;
      cancel();
    };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    // Whoever waits for a world that has ended must not go on without end.
    if (this.#stopped) return Promise.reject(new Error('the sandbox has ended'));
    return new Promise((resolve, reject) => {
      const timer = this.#schedule(milliseconds, () => {
        this.#sleepers.delete(timer);
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        this.#timers.delete(timer);
        this.#sleepers.delete(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(timer);
      this.#slept.resolve();
      this.#slept = Promise.withResolvers();
      void this.#drive();
    });
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy.add(work);
    try {
      return await work;
    } finally {
      this.#busy.delete(work);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#wake);
    this.#timers.clear();
    for (const sleeper of this.#sleepers) void sleeper.action();
    this.#sleepers.clear();
  }

  #schedule(milliseconds: number, action: Action): Timer {
    this.#count += 1;
    const timer: Timer = { due: this.time() + Math.max(0, milliseconds), order: this.#count, action };
    if (!this.#stopped) this.#timers.add(timer);
    this.#arm();
    return timer;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  /** A ticking world fires its timers by itself. The real timer does not keep the process alive. */
  #arm(): void {
    if (!this.ticking || this.#stopped) return;
    clearTimeout(this.#wake);
    const next = this.#next();
    if (next === undefined) return;
    const wait = Math.min(Math.max(0, next.due - this.time()), 2 ** 31 - 1);
    this.#wake = setTimeout(() => void this.#enqueue(() => this.#moveTo(this.time())), wait);
    this.#wake.unref();
  }

  #enqueue(move: () => Promise<void>): Promise<void> {
    const done = this.#moving.then(move);
    this.#moving = done.catch(() => undefined);
    return done;
  }

  async #moveTo(target: number): Promise<void> {
    // What was just asked for happens at the time it was asked at, and may set timers that fall into this move.
    await this.#settle();
    for (let timer = this.#next(); timer !== undefined && timer.due <= target; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#pinned = Math.max(timer.due, Math.min(this.time(), target));
      await this.#fire(timer);
    }
    this.#pinned = undefined;
    this.#base = target;
    this.#anchor = performance.now();
    await this.#settle();
    this.#arm();
  }

  /** An action that sleeps on this clock would wait for us: then we go on without it. */
  async #fire(timer: Timer): Promise<void> {
    const slept = this.#slept.promise;
    const action = (async () => await timer.action())().catch((error: unknown) => {
      process.emitWarning(`a timer of the sandbox failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
    await Promise.race([action, slept]);
    await this.#settle();
  }

  /** Lets promises, sockets and real work at hand go on before time does. */
  async #settle(): Promise<void> {
    for (let count = 0; count < 3; count += 1) await turn();
    while (this.#busy.size > 0) {
      await Promise.allSettled(this.#busy);
      await turn();
    }
  }

  async #drive(): Promise<void> {
    if (this.#driving) return;
    this.#driving = true;
    try {
      while (this.#sleepers.size > 0 && !this.#stopped) {
        await this.#settle();
        const first = Math.min(...Array.from(this.#sleepers, (sleeper) => sleeper.due));
        if (Number.isFinite(first)) await this.#enqueue(() => this.#moveTo(Math.max(first, this.time())));
      }
    } finally {
      this.#driving = false;
    }
  }
}
