/** Churn: a little noise added back before a step, so that errors of earlier steps can be repaired. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, type Tensor } from '../numeric/tensor.ts';
import type { SampleOptions } from './types.ts';

/** Most a step may raise its level, as a factor minus 1. @source Karras et al. 2022, Alg. 2 */
const HIGHEST_GAMMA = Math.SQRT2 - 1;

/**
 * The latent and level a step really starts from.
 *
 * @param count steps of the walk; churn is spread over them
 * @source Karras et al. 2022, Alg. 2, lines 4 to 6. A number is drawn at every step once churn is asked for, also
 *   where it is not used, as k-diffusion does.
 */
export function churn(x: Tensor, sigma: Sigma, count: number, o: SampleOptions): { x: Tensor; sigma: Sigma } {
  const { sChurn = 0, sTmin = 0, sTmax = Infinity, sNoise = 1 } = o;
  if (sChurn === 0) return { x, sigma };
  const noise = o.noise.draw(x.shape);
  const gamma = sigma >= sTmin && sigma <= sTmax ? Math.min(sChurn / count, HIGHEST_GAMMA) : 0;
  if (gamma === 0) return { x, sigma };
  const raised = asSigma(sigma * (gamma + 1));
  return { x: addScaled(x, sNoise * Math.sqrt(raised * raised - sigma * sigma), noise), sigma: raised };
}
