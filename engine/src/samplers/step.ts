/** What happens between two steps of every sampler: the latent is checked, and corrected if somebody asked for it. */
import { SessionError } from '@easel/shared/errors';

import type { Sigma } from '../numeric/sigma.ts';
import { isFiniteTensor, type Tensor } from '../numeric/tensor.ts';
import type { SampleOptions } from './types.ts';

/**
 * Ends a step: gives the latent the next one begins with.
 *
 * @param next the latent the sampler arrived at
 * @param sigma the level it is at
 * @param index step that ends, from 0
 * @throws not_finite naming the step
 */
export function settle(next: Tensor, sigma: Sigma, index: number, { correct }: Pick<SampleOptions, 'correct'>): Tensor {
  if (!isFiniteTensor(next)) {
    throw new SessionError(
      'not_finite',
      `The picture was lost at step ${index + 1}: it holds infinite or undefined numbers.`,
      {
        step: index + 1,
        sigma,
        hint: 'Try less guidance, another sampler, or a checkpoint that is not damaged.',
      },
    );
  }
  return correct === undefined ? next : correct(next, sigma);
}
