/** Steps along slopes (x - D) / sigma, the directions of the probability flow: what multistep methods remember. */
import { combine, weightedSum, type Tensor } from '../numeric/tensor.ts';

/** The slope of the flow at (x, sigma) where `denoised` is the prediction. */
export const slopeOf = (x: Tensor, sigma: number, denoised: Tensor): Tensor =>
  combine(1 / sigma, x, -1 / sigma, denoised);

/**
 * x + sum of weight * slope, with Euler's part taken from the prediction itself: at the highest levels x + (next - sigma) *
 * slope would be the small difference of two large numbers.
 *
 * @param slopes newest first; the first belongs to (x, sigma, denoised)
 * @param weights one for each slope, in units of sigma
 */
export function stepBySlopes(
  x: Tensor,
  denoised: Tensor,
  sigma: number,
  next: number,
  slopes: readonly Tensor[],
  weights: readonly number[],
): Tensor {
  const kept = next / sigma;
  const rest = slopes.flatMap((slope, j): [number, Tensor][] => {
    const weight = (weights[j] as number) - (j === 0 ? next - sigma : 0);
    return weight === 0 ? [] : [[weight, slope]];
  });
  return weightedSum([[kept, x], [1 - kept, denoised], ...rest]);
}
