import { seededRandom } from '../../src/sandbox/world.ts';
/** The seed of this run: `SEED=… npm test`, else always the same. */
export function seedOfRun(): number {
  const given = process.env['SEED'];
  return given === undefined ? 20_261_124 : Number(given);
}

export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** One of a list. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }
}
