/**
 * The numbers `torch.randn` gives on an NVIDIA GPU, made on the CPU ("NV" in the WebUI).
 *
 * Philox 4x32-10 (Salmon et al. 2011): element j of call k has the counter (k, 0, j, 0), so calls do not depend on how
 * large the earlier ones were.
 */
import type { NoiseSource } from './noise-source.ts';
import { elementCount } from './tensor.ts';

const ROUNDS = 10;
const MULTIPLIER_A = 0xd2511f53;
const MULTIPLIER_B = 0xcd9e8d57;
const KEY_STEP_A = 0x9e3779b9;
const KEY_STEP_B = 0xbb67ae85;

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Every partial sum stays below 2^53, and below 2^32 after the shift.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle % 0x10000) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** A generator for one picture. Seeds up to 2^53: the low and the high 32 bits are the key. */
export class PhiloxRandom {
  readonly #keyLow: number;
  readonly #keyHigh: number;
  #call = 0;

  constructor(seed: number) {
    this.#keyLow = (seed % 2 ** 32) >>> 0;
    this.#keyHigh = Math.floor(seed / 2 ** 32) >>> 0;
  }

  /** The four output words of element `index` of the call that comes next; draws nothing. */
  words(index: number): readonly [number, number, number, number] {
    let a = this.#call;
    let b = 0;
    let c = index >>> 0;
    let d = 0;
    let keyA = this.#keyLow;
    let keyB = this.#keyHigh;
    for (let round = 0; round < ROUNDS; round++) {
      const nextA = (multiplyHigh(MULTIPLIER_B, c) ^ b ^ keyA) >>> 0;
      const nextC = (multiplyHigh(MULTIPLIER_A, a) ^ d ^ keyB) >>> 0;
      b = Math.imul(MULTIPLIER_B, c) >>> 0;
      d = Math.imul(MULTIPLIER_A, a) >>> 0;
      a = nextA;
      c = nextC;
      keyA = (keyA + KEY_STEP_A) >>> 0;
      keyB = (keyB + KEY_STEP_B) >>> 0;
    }
    return [a, b, c, d];
  }

  /** Normal numbers in float32, as one call of CUDA's randn. */
  normal(count: number): Float32Array {
    const out = new Float32Array(count);
    for (let j = 0; j < count; j++) {
      const [first, second] = this.words(j);
      const u = first * 2 ** -32 + 2 ** -33;
      const v = 2 * Math.PI * (second * 2 ** -32 + 2 ** -33);
      out[j] = Math.sqrt(-2 * Math.log(u)) * Math.sin(v);
    }
    this.#call++;
    return out;
  }
}

/** Noise as the WebUI makes it with its GPU and NV settings. */
export function philoxNoise(seed: number): NoiseSource {
  const random = new PhiloxRandom(seed);
  return { draw: (shape) => ({ data: random.normal(elementCount(shape)), shape }) };
}
