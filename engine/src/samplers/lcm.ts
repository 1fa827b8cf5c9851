/** Consistency sampling: predict the picture, noise it to the next level, predict again. For LCM models and LoRAs. */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Luo et al. 2023 (Latent Consistency Models), Alg. 3, in sigma */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { sNoise = 1 } = o;
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    x = next > 0 ? addScaled(denoised, sNoise * next, o.noise.draw(x.shape, sigma, next)) : denoised;
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const lcm: Sampler = {
  id: 'lcm',
  label: 'LCM',
  aliases: ['k_lcm', 'LCMScheduler'],
  summary: 'Four to eight steps, with a model or LoRA made for it.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['sNoise', 'ensd'],
  sample,
};
