/** Several predictions as one, each with a weight: what AND in a prompt means. */
import { weightedSum } from '../numeric/tensor.ts';
import type { Predict } from './types.ts';

export interface WeightedPredict {
  readonly weight: number;
  readonly predict: Predict;
}

/**
 * u + sum of w (c - u), for the predictions c of all parts: with guidance on top it is the WebUI's
 * u + sum of w g (c - u).
 *
 * @param negative u; null is for a single part of weight 1 only, which needs none
 * @source Liu et al. 2022, with the WebUI's weights
 */
export function composed(parts: readonly WeightedPredict[], negative: Predict | null): Predict {
  const [only] = parts;
  if (only !== undefined && parts.length === 1 && only.weight === 1) return only.predict;
  const rest = 1 - parts.reduce((sum, { weight }) => sum + weight, 0);
  return async (x, timestep) => {
    const terms: [number, Awaited<ReturnType<Predict>>][] = [];
    if (rest !== 0 && negative !== null) terms.push([rest, await negative(x, timestep)]);
    for (const { weight, predict } of parts) terms.push([weight, await predict(x, timestep)]);
    return weightedSum(terms);
  };
}

/** The same prediction, which is not made again for the latent and time it was last asked about. */
export function remembering(predict: Predict): Predict {
  let last: { readonly x: unknown; readonly timestep: number; readonly answer: ReturnType<Predict> } | null = null;
  return (x, timestep) => {
    if (last === null || last.x !== x || last.timestep !== timestep)
      last = { x, timestep, answer: predict(x, timestep) };
    return last.answer;
  };
}
