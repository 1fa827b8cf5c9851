/**
 * Noise from a Brownian tree: the increment between two noise levels is the same whatever was asked before.
 *
 * So a picture made in 20 steps and one made in 30 share their noise, and a picture does not depend on its batch. The
 * numbers are torchsde's, which the SDE samplers of k-diffusion and the WebUI draw from.
 */
import { StudioError } from '@easel/shared/errors';

import type { NoiseSource } from './noise-source.ts';
import { seedState } from './seed-sequence.ts';
import type { Sigma } from './sigma.ts';
import { scale, type Tensor } from './tensor.ts';

/** SeedSequence pool of torchsde's trees. */
const POOL_SIZE = 24;
/** Values W(t) kept: a step asks for its two ends, and the next one begins where it ended. */
const KEPT = 4;

/** Makes the generator of one node. The WebUI takes the kind that also makes the picture's first noise. */
export type MakeNoise = (seed: number) => NoiseSource;

/** To six decimals, ties to even: torchsde's grid of times. Only odd multiples of 1/128 lie between two of its points. */
function onGrid(t: number): number {
  const parts = t * 128;
  if (!Number.isInteger(parts) || parts % 2 === 0) return Number(t.toFixed(6));
  const below = Math.floor(t * 1e6);
  return (below % 2 === 0 ? below : below + 1) / 1e6;
}

/** A Brownian motion W over an interval of times, for tensors of one shape. */
export class BrownianTree {
  readonly #entropy: number;
  readonly #start: number;
  readonly #end: number;
  readonly #shape: readonly number[];
  readonly #makeNoise: MakeNoise;
  /**
   * W(t) - W(start), latest asked last, in float64: increments are small differences of them. Nodes are not kept but for
   * those of the last way down, which the next one begins with: they can be drawn again, and would fill memory.
   */
  readonly #values = new Map<number, Float64Array>();
  /** By depth. */
  readonly #lastWay: { key: number; noise: Float32Array }[] = [];
  #root: Float32Array | undefined;

  constructor(entropy: number, start: number, end: number, shape: readonly number[], makeNoise: MakeNoise) {
    this.#entropy = entropy;
    this.#start = onGrid(start);
    this.#end = onGrid(end);
    this.#shape = shape;
    this.#makeNoise = makeNoise;
  }

  /** W(to) - W(from), variance |to - from|. Times outside the interval count as its end. */
  increment(from: number, to: number): Tensor {
    const start = this.#at(this.#within(from));
    const end = this.#at(this.#within(to));
    const data = new Float32Array(end.length);
    for (let i = 0; i < data.length; i++) data[i] = (end[i] as number) - (start[i] as number);
    return { data, shape: this.#shape };
  }

  #within(t: number): number {
    return Math.min(Math.max(onGrid(t), this.#start), this.#end);
  }

  #at(t: number): Float64Array {
    const known = this.#values.get(t);
    if (known !== undefined) return known;
    const value = this.#descend(t);
    this.#values.set(t, value);
    const oldest = this.#values.keys().next().value;
    if (this.#values.size > KEPT && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }

  #nodeAt(key: number, depth: number): Float32Array {
    const kept = this.#lastWay[depth];
    if (kept?.key === key) return kept.noise;
    const noise = this.#draw([key, depth], 4);
    this.#lastWay[depth] = { key, noise };
    return noise;
  }

  /** The normal numbers of a node, or of the root for the empty path. */
  #draw(path: readonly number[], words: number): Float32Array {
    const [seed = 0] = seedState(this.#entropy, path, POOL_SIZE, words);
    return this.#makeNoise(seed).draw(this.#shape).data;
  }

  /** Goes down the dyadic tree to `t`; `increment` is W over [a, b], `sum` is W(a) - W(start). */
  #descend(t: number): Float64Array {
    let a = this.#start;
    let b = this.#end;
    this.#root ??= this.#draw([], 3);
    const scaleOfRoot = Math.sqrt(b - a);
    const increment = new Float64Array(this.#root.length);
    for (let i = 0; i < increment.length; i++) increment[i] = scaleOfRoot * (this.#root[i] as number);
    const sum = new Float64Array(increment.length);
    let key = 0;
    for (let depth = 0; t !== a && t !== b; depth++) {
      const middle = onGrid(0.5 * (a + b));
      // Half way the motion is normal around the straight line (a Brownian bridge).
      const weight = (middle - a) / (b - a);
      const spread = Math.sqrt(((middle - a) * (b - middle)) / (b - a));
      const noise = this.#nodeAt(key, depth);
      const goesLeft = t <= middle;
      for (let i = 0; i < sum.length; i++) {
        const whole = increment[i] as number;
        const left = weight * whole + spread * (noise[i] as number);
        increment[i] = goesLeft ? left : whole - left;
        if (!goesLeft) sum[i] = (sum[i] as number) + left;
      }
      if (goesLeft) b = middle;
      else a = middle;
      key = 2 * key + (goesLeft ? 0 : 1);
    }
    if (t !== a) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (increment[i] as number);
    return sum;
  }
}

/**
 * Noise for SDE samplers, one picture: unit variance, by the levels of a step.
 *
 * @param seed the picture's seed
 * @param sigmas levels of the walk; the tree spans its positive ones
 * @returns a source that must be told `from` and `to`; going down it gives minus the normalised increment, as
 *   k-diffusion does
 */
export function brownianNoise(seed: number, sigmas: readonly Sigma[], makeNoise: MakeNoise): NoiseSource {
  const positive = sigmas.filter((sigma) => sigma > 0);
  let tree: BrownianTree | undefined;
  return {
    draw: (shape, from, to) => {
      if (from === undefined || to === undefined) {
        throw new StudioError('graph_invalid', 'Brownian noise must be asked for between two noise levels.');
      }
      tree ??= new BrownianTree(seed, Math.min(...positive), Math.max(...positive), shape, makeNoise);
      const increment = tree.increment(Math.min(from, to), Math.max(from, to));
      const sign = from > to ? -1 : 1;
      return scale(increment, sign / Math.sqrt(Math.abs(from - to)));
    },
  };
}
