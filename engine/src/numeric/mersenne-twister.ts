/**
 * Mersenne Twister 19937: the words that torch's CPU generator and numpy's old one are made of. All integers are exact.
 *
 * @source Matsumoto and Nishimura 1998
 */

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;

export class MersenneTwister {
  readonly #state = new Uint32Array(STATE_WORDS);
  #next = STATE_WORDS;

  /** @param seed counts modulo 2^32 */
  constructor(seed: number) {
    const state = this.#state;
    // Not `seed >>> 0`: seeds go up to 2^53.
    state[0] = ((seed % 2 ** 32) + 2 ** 32) % 2 ** 32;
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = state[i - 1] as number;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next word, 0 to 2^32 - 1. */
  word(): number {
    if (this.#next === STATE_WORDS) this.#refill();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < STATE_WORDS; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % STATE_WORDS] as number) & 0x7fffffff);
      const far = state[(i + SHIFT_WORDS) % STATE_WORDS] as number;
      state[i] = far ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
