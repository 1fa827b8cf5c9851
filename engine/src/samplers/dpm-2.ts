/** DPM-Solver-2: looks half a step ahead in log sigma; two evaluations a step. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { combine, weightedSum } from '../numeric/tensor.ts';
import { churn } from './churn.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Lu et al. 2022 (DPM-Solver), Alg. 1 with r = 1/2, on Karras et al.'s churned levels */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const next = sigmas[i + 1] as Sigma;
    const { x: xHat, sigma: sigmaHat } = churn(x, sigmas[i] as Sigma, count, o);
    const denoised = await denoise(xHat, sigmaHat);
    if (next === 0) {
      x = denoised;
    } else {
      const middle = asSigma(Math.sqrt(sigmaHat * next));
      const kept = middle / sigmaHat;
      const half = combine(kept, xHat, 1 - kept, denoised);
      const slope = (next - sigmaHat) / middle;
      x = weightedSum([
        [1, xHat],
        [slope, half],
        [-slope, await denoise(half, middle)],
      ]);
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma: sigmaHat, x: xHat, denoised };
  }
  return x;
};

export const dpm2: Sampler = {
  id: 'dpm-2',
  label: 'DPM2',
  aliases: ['k_dpm_2', 'kdpm_2', 'KDPM2DiscreteScheduler'],
  summary: 'Looks half a step ahead; exact, twice the time.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: false,
  options: ['sChurn', 'sTmin', 'sTmax', 'sNoise', 'ensd'],
  sample,
  dropsNextToLastSigma: true,
};
