/** Heun's method: looks ahead and averages the slope, two evaluations a step. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine, weightedSum } from '../numeric/tensor.ts';
import { churn } from './churn.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Karras et al. 2022, Alg. 2 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const next = sigmas[i + 1] as Sigma;
    const { x: xHat, sigma: sigmaHat } = churn(x, sigmas[i] as Sigma, count, o);
    const denoised = await denoise(xHat, sigmaHat);
    const dt = next - sigmaHat;
    const kept = next / sigmaHat;
    const ahead = combine(kept, xHat, 1 - kept, denoised);
    if (next === 0) {
      x = ahead;
    } else {
      const denoisedAhead = await denoise(ahead, next);
      // x + dt * (slope here + slope ahead) / 2, slopes being (x - D) / sigma.
      const here = dt / (2 * sigmaHat);
      const there = dt / (2 * next);
      x = weightedSum([
        [1 + here, xHat],
        [-here, denoised],
        [there, ahead],
        [-there, denoisedAhead],
      ]);
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma: sigmaHat, x: xHat, denoised };
  }
  return x;
};

export const heun: Sampler = {
  id: 'heun',
  label: 'Heun',
  aliases: ['k_heun', 'HeunDiscreteScheduler'],
  summary: 'Looks ahead before each step: more exact than Euler, twice the time.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 2,
  isStochastic: false,
  options: ['sChurn', 'sTmin', 'sTmax', 'sNoise', 'ensd'],
  sample,
};
