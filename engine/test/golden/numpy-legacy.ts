/** numpy's old generator (RandomState) on our Mersenne Twister: nothing of the product draws so, its words are what is tested. */
import { MersenneTwister } from '../../src/numeric/mersenne-twister.ts';

export class LegacyNumpyRandom {
  readonly #twister: MersenneTwister;
  #kept: number | undefined;

  constructor(seed: number) {
    this.#twister = new MersenneTwister(seed);
  }

  /** In [0, 1), of 53 bits. */
  double(): number {
    const upper = this.#twister.word() >>> 5;
    return (upper * 2 ** 26 + (this.#twister.word() >>> 6)) / 2 ** 53;
  }

  /** Marsaglia's polar method; the first of a pair is kept for the next call. */
  normal(): number {
    if (this.#kept !== undefined) {
      const kept = this.#kept;
      this.#kept = undefined;
      return kept;
    }
    for (;;) {
      const [a, b] = [2 * this.double() - 1, 2 * this.double() - 1];
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#kept = factor * a;
      return factor * b;
    }
  }

  /** 0 to `highest`, both included, below 2^32: words are cut to as many bits and drawn again when too large. */
  upTo(highest: number): number {
    const mask = 2 ** (32 - Math.clz32(highest)) - 1;
    for (;;) {
      const value = (this.#twister.word() & mask) >>> 0;
      if (value <= highest) return value;
    }
  }

  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const other = this.upTo(i);
      [order[i], order[other]] = [order[other] as number, order[i] as number];
    }
    return order;
  }
}
