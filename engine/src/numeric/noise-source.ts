/** Where samplers get random numbers from. One source belongs to one picture; `batchNoise` lays several side by side. */
import type { Sigma } from './sigma.ts';
import { concatBatch, type Tensor } from './tensor.ts';

export interface NoiseSource {
  /**
   * Normal numbers with mean 0 and variance 1.
   *
   * @param shape of the result, e.g. [1, c, h, w]
   * @param from the noise level the step starts at
   * @param to the noise level it ends at. Ordinary sources count their draws and ignore both; a Brownian source
   *   answers with the (normalised) increment between the two, whatever was asked before.
   */
  draw(shape: readonly number[], from?: Sigma, to?: Sigma): Tensor;
}

/** Several pictures in one batch, each with its own source: [n, ...] where source i fills row i. */
export function batchNoise(sources: readonly NoiseSource[]): NoiseSource {
  return {
    draw: (shape, from, to) => concatBatch(sources.map((source) => source.draw([1, ...shape.slice(1)], from, to))),
  };
}
