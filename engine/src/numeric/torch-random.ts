/**
 * torch's CPU random numbers: the same draws for the same seed as `torch.Generator('cpu')`.
 *
 * A Mersenne Twister with torch's ways from words to numbers. All integers are exact; normals agree to a float32 step or
 * two, because torch's own logarithm and sine are approximations.
 */
import { MersenneTwister } from './mersenne-twister.ts';
import type { NoiseSource } from './noise-source.ts';
import { elementCount } from './tensor.ts';

/** From this many elements on torch fills normals in blocks of 16; below it draws them one by one. */
const BLOCK = 16;

/** A generator; every method draws on from where the last one stopped. Seeds count modulo 2^32. */
export class TorchRandom {
  readonly #twister: MersenneTwister;
  /** Second half of a pair of normals; torch keeps it across calls, also across large draws in between. */
  #keptNormal: number | undefined;

  constructor(seed: number) {
    this.#twister = new MersenneTwister(seed);
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
      if (range < 2 ** 32) return low + (this.#twister.word() % range);
      const upper = BigInt(this.#twister.word());
      return low + Number(((upper << 32n) | BigInt(this.#twister.word())) % BigInt(range));
    });
  }

  /** The numbers 0 .. count - 1 in random order, as `torch.randperm(count)`. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const other = i + (this.#twister.word() % (count - i));
      const held = order[i] as number;
      order[i] = order[other] as number;
      order[other] = held;
    }
    return order;
  }

  #uniform24(): number {
    return (this.#twister.word() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const upper = this.#twister.word() & 0x1fffff;
    return (upper * 2 ** 32 + this.#twister.word()) * 2 ** -53;
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
