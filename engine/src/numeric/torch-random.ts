/**
 * torch's CPU random numbers: the same draws for the same seed as `torch.Generator('cpu')`.
 *
 * Mersenne Twister 19937 (Matsumoto and Nishimura 1998) with torch's ways from words to numbers. All integers are
 * exact; normals agree to a float32 step or two, because torch's own logarithm and sine are approximations.
 */
import type { NoiseSource } from './noise-source.ts';
import { elementCount } from './tensor.ts';

const STATE_WORDS = 624;
const SHIFT_WORDS = 397;
/** From this many elements on torch fills normals in blocks of 16; below it draws them one by one. */
const BLOCK = 16;

/** A generator; every method draws on from where the last one stopped. Seeds count modulo 2^32. */
export class TorchRandom {
  readonly #state = new Uint32Array(STATE_WORDS);
  #next = STATE_WORDS;
  /** Second half of a pair of normals; torch keeps it across calls, also across large draws in between. */
  #keptNormal: number | undefined;

  constructor(seed: number) {
    const state = this.#state;
    // Not `seed >>> 0`: seeds go up to 2^53.
    state[0] = ((seed % 2 ** 32) + 2 ** 32) % 2 ** 32;
    for (let i = 1; i < STATE_WORDS; i++) {
      const previous = state[i - 1] as number;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** Normal numbers in float32, as `torch.randn(count)`. */
  normal(count: number): Float32Array {
    if (count >= BLOCK) return Float32Array.from(this.#normalBlocks(count, () => this.#uniform24(), Math.fround));
    return Float32Array.from({ length: count }, () => this.#oneNormal());
  }

  /** Normal numbers in float64, as `torch.randn(count, dtype=float64)`. */
  normalDouble(count: number): Float64Array {
    if (count >= BLOCK)
      return this.#normalBlocks(
        count,
        () => this.#uniform53(),
        (value) => value,
      );
    return Float64Array.from({ length: count }, () => this.#oneNormal());
  }

  /** Uniform numbers in [0, 1), as `torch.rand(count)`. */
  uniform(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.#uniform24());
  }

  /** Integers in [low, high), as `torch.randint(low, high, [count])`; the range may be up to 2^53. */
  integers(low: number, high: number, count: number): Float64Array {
    const range = high - low;
    return Float64Array.from({ length: count }, () => {
      if (range < 2 ** 32) return low + (this.#word() % range);
      const upper = BigInt(this.#word());
      return low + Number(((upper << 32n) | BigInt(this.#word())) % BigInt(range));
    });
  }

  /** The numbers 0 .. count - 1 in random order, as `torch.randperm(count)`. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const other = i + (this.#word() % (count - i));
      const held = order[i] as number;
      order[i] = order[other] as number;
      order[other] = held;
    }
    return order;
  }

  #word(): number {
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

  #uniform24(): number {
    return (this.#word() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const upper = this.#word() & 0x1fffff;
    return (upper * 2 ** 32 + this.#word()) * 2 ** -53;
  }

  #oneNormal(): number {
    if (this.#keptNormal !== undefined) {
      const kept = this.#keptNormal;
      this.#keptNormal = undefined;
      return kept;
    }
    const angle = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()));
    this.#keptNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Box-Muller in blocks of 16; an incomplete last block overlaps the one before and is drawn anew. */
  #normalBlocks(count: number, uniform: () => number, round: (value: number) => number): Float64Array {
    const out = new Float64Array(count);
    for (let i = 0; i < count; i++) out[i] = uniform();
    for (let at = 0; at + BLOCK <= count; at += BLOCK) toNormals(out, at, round);
    if (count % BLOCK !== 0) {
      const at = count - BLOCK;
      for (let i = at; i < count; i++) out[i] = uniform();
      toNormals(out, at, round);
    }
    return out;
  }
}

/**
 * Turns 16 uniforms into 16 normals in place: element k pairs with k + 8. `round` is applied after every operation:
 * the angle in particular must lose the digits it loses in float32.
 */
function toNormals(values: Float64Array, at: number, round: (value: number) => number): void {
  const half = BLOCK / 2;
  for (let k = at; k < at + half; k++) {
    const radius = round(Math.sqrt(round(-2 * round(Math.log(1 - (values[k] as number))))));
    const angle = round(round(2 * Math.PI) * (values[k + half] as number));
    values[k] = radius * round(Math.cos(angle));
    values[k + half] = radius * round(Math.sin(angle));
  }
}

/** Noise as diffusers and ComfyUI make it with a CPU seed. */
export function torchNoise(seed: number): NoiseSource {
  const random = new TorchRandom(seed);
  return { draw: (shape) => ({ data: random.normal(elementCount(shape)), shape }) };
}
