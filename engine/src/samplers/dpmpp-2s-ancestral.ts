/** DPM-Solver++(2S) with fresh noise: second order from a look half a step ahead; two evaluations a step. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, combine } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Lu et al. 2022 (DPM-Solver++), Alg. 1 with r = 1/2, from sigma to `down` of ancestralSplit */
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
      const half = combine(middle / sigma, x, 1 - middle / sigma, denoised);
      x = combine(down / sigma, x, 1 - down / sigma, await denoise(half, middle));
    }
    if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmpp2sAncestral: Sampler = {
  id: 'dpmpp-2s-ancestral',
  label: 'DPM++ 2S a',
  aliases: ['k_dpmpp_2s_a'],
  summary: 'DPM++ with a look ahead and fresh noise at every step.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample,
};
