import type { ObjectStore, StoreEvent } from './store.ts';

/** The last changes, so that a watch can begin in the past; what is older is gone (etcd's compaction). */
export class History {
  readonly #events: StoreEvent[] = [];
  readonly #most: number;
  #compacted = 0;

  constructor(store: ObjectStore, most = 2000) {
    this.#most = most;
    store.subscribe((event) => {
      this.#events.push(event);
      if (this.#events.length > this.#most) this.#compacted = this.#events.shift()!.resourceVersion;
    });
  }

  /** Changes after the version; `undefined` when they are no longer kept. */
  after(resourceVersion: number): readonly StoreEvent[] | undefined {
    if (resourceVersion < this.#compacted) return undefined;
    return this.#events.filter((event) => event.resourceVersion > resourceVersion);
  }

  /** Forgets everything up to now: watches and continue tokens from before answer 410. */
  compact(): void {
    this.#compacted = this.#events.at(-1)?.resourceVersion ?? this.#compacted;
    this.#events.length = 0;
  }

  get compacted(): number {
    return this.#compacted;
  }
}
