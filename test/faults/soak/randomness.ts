import { pseudoRandom } from '../../support/pseudo-random.ts';

/** Choices that follow from a seed. */
export class Randomness {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = pseudoRandom(seed);
  }

  /** For a part of its own, whose choices do not depend on how fast the others are. */
  branch(): Randomness {
    return new Randomness(Math.floor(this.#next() * 2 ** 32));
  }

  /** In [0, 1). */
  next(): number {
    return this.#next();
  }

  between(least: number, most: number): number {
    return least + this.#next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#next() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** The key of one of these weights. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>, names: readonly K[]): K {
    const total = names.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
    let left = this.#next() * total;
    for (const name of names) {
      left -= weights[name] ?? 0;
      if (left < 0) return name;
    }
    throw new RangeError('nothing has a weight');
  }
}
