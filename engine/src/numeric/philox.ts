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

/** Upper 32 bits of the product of two unsigned 32-bit numbers, from four 16-bit products; all of it stays in int32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const left = Math.imul(aHigh, bLow);
  const right = Math.imul(aLow, bHigh);
  const carry = (left & 0xffff) + (right & 0xffff) + (Math.imul(aLow, bLow) >>> 16);
  return (Math.imul(aHigh, bHigh) + (left >>> 16) + (right >>> 16) + (carry >>> 16)) | 0;
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
  words(index: number): Uint32Array {
    const out = new Uint32Array(4);
    this.#rounds(index, out);
    return out;
  }

  #rounds(index: number, out: Uint32Array): void {
    let a = this.#call;
    let b = 0;
    let c = index;
    let d = 0;
    let keyA = this.#keyLow | 0;
    let keyB = this.#keyHigh | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const nextA = multiplyHigh(MULTIPLIER_B, c) ^ b ^ keyA;
      const nextC = multiplyHigh(MULTIPLIER_A, a) ^ d ^ keyB;
      b = Math.imul(MULTIPLIER_B, c);
      d = Math.imul(MULTIPLIER_A, a);
      a = nextA;
      c = nextC;
      keyA = (keyA + KEY_STEP_A) | 0;
      keyB = (keyB + KEY_STEP_B) | 0;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
  }

  /** Normal numbers in float32, as one call of CUDA's randn. */
  normal(count: number): Float32Array {
    const out = new Float32Array(count);
    const words = new Uint32Array(4);
    for (let j = 0; j < count; j++) {
      this.#rounds(j, words);
      const u = (words[0] as number) * 2 ** -32 + 2 ** -33;
      const v = 2 * Math.PI * ((words[1] as number) * 2 ** -32 + 2 ** -33);
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
