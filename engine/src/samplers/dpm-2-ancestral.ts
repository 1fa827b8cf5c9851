/** DPM-Solver-2 with fresh noise at every step. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, combine, weightedSum } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source as dpm-2, with the split of ancestralSplit; the middle lies between sigma and `down` */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1 } = o;
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    const { down, up } = ancestralSplit(sigma, next, eta);
    if (down === 0) {
      x = denoised;
    } else {
      const middle = asSigma(Math.sqrt(sigma * down));
      const kept = middle / sigma;
      const half = combine(kept, x, 1 - kept, denoised);
      const slope = (down - sigma) / middle;
      x = weightedSum([
        [1, x],
        [slope, half],
        [-slope, await denoise(half, middle)],
      ]);
    }
    if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpm2Ancestral: Sampler = {
  id: 'dpm-2-ancestral',
  label: 'DPM2 a',
  aliases: ['k_dpm_2_a', 'kdpm_2_a', 'KDPM2AncestralDiscreteScheduler'],
  summary: 'DPM2 with fresh noise at every step.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample,
  dropsNextToLastSigma: true,
};
