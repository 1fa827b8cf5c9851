/** DDPM: the walk the models were trained on, with the full noise of every step; wants many steps. */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, combine } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** How much noise a step adds: that of the posterior, or that of the forward step it undoes. */
export type DdpmVariance = 'small' | 'large';

/** Deviation of a step's noise. `large` is beta of the merged steps, seen in sigma. */
function deviation(variance: DdpmVariance, sigma: number, next: number): number {
  const spread = Math.sqrt(sigma * sigma - next * next);
  return variance === 'small' ? (next / sigma) * spread : spread * Math.sqrt((1 + next * next) / (1 + sigma * sigma));
}

/**
 * To the mean of the posterior, then its noise. Nothing is added at level 0.
 * @source Ho et al. 2020 (DDPM), Alg. 2 and eq. 7, in sigma and with steps left out
 */
export const makeDdpmSample = (variance: DdpmVariance): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { sNoise = 1 } = o;
    const count = sigmas.length - 1;
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      const kept = (next / sigma) ** 2;
      x = combine(kept, x, 1 - kept, denoised);
      if (next > 0) x = addScaled(x, sNoise * deviation(variance, sigma, next), o.noise.draw(x.shape, sigma, next));
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

export const ddpm: Sampler = {
  id: 'ddpm',
  label: 'DDPM',
  aliases: ['DDPMScheduler'],
  summary: 'The walk the models were trained on; wants a hundred steps and more.',
  defaultSchedule: 'sgm-uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['sNoise', 'ensd'],
  sample: makeDdpmSample('small'),
};
