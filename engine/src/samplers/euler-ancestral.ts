/** Euler with fresh noise at every step: lively pictures that keep changing with the number of steps. */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, combine } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Down the probability flow to `down`, then noise back up to the next level. eta 0 = Euler. @source as ancestralSplit */
export const sampleEulerAncestral: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1 } = o;
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    const { down, up } = ancestralSplit(sigma, next, eta);
    const kept = down / sigma;
    x = combine(kept, x, 1 - kept, denoised);
    if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const eulerAncestral: Sampler = {
  id: 'euler-ancestral',
  label: 'Euler a',
  aliases: ['k_euler_a', 'k_euler_ancestral', 'EulerAncestralDiscreteScheduler'],
  summary: 'Euler with fresh noise at every step; soft, varied, never settles.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample: sampleEulerAncestral,
};
