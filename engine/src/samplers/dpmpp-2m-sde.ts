/** DPM-Solver++(2M) for the SDE: memory of the last step and noise; one evaluation a step. Two ways to be second order. */
import type { Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

type Solver = 'midpoint' | 'heun';

/**
 * With h the step in -log sigma and g = h (1 + eta): x = exp(-g) x + (1 - exp(-g)) D + second order + noise.
 * @source Lu et al. 2022 (DPM-Solver++), eq. SDE-DPM-Solver++(2M), as k-diffusion's sample_dpmpp_2m_sde
 */
const makeSample = (solver: Solver): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { eta = 1, sNoise = 1 } = o;
    const count = sigmas.length - 1;
    let last: { denoised: Tensor; h: number } | undefined;
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      if (next === 0) {
        x = denoised;
      } else {
        const h = Math.log(sigma / next);
        const g = h * (1 + eta);
        const gain = -Math.expm1(-g);
        const terms: [number, Tensor][] = [
          [Math.exp(-g), x],
          [gain, denoised],
        ];
        if (last !== undefined) {
          const weight = ((solver === 'heun' ? 1 - gain / g : gain / 2) * h) / last.h;
          terms.push([weight, denoised], [-weight, last.denoised]);
        }
        if (eta > 0) {
          terms.push([sNoise * next * Math.sqrt(-Math.expm1(-2 * eta * h)), o.noise.draw(x.shape, sigma, next)]);
        }
        x = weightedSum(terms);
        last = { denoised, h };
      }
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

const shared = {
  defaultSchedule: 'exponential',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise'],
  usesBrownianNoise: true,
} satisfies Partial<Sampler>;

export const dpmpp2mSde: Sampler = {
  ...shared,
  id: 'dpmpp-2m-sde',
  label: 'DPM++ 2M SDE',
  aliases: ['k_dpmpp_2m_sde', 'dpmpp_2m_sde_gpu'],
  summary: 'DPM++ 2M with noise: more detail at the same speed.',
  sample: makeSample('midpoint'),
};

export const dpmpp2mSdeHeun: Sampler = {
  ...shared,
  id: 'dpmpp-2m-sde-heun',
  label: 'DPM++ 2M SDE Heun',
  aliases: ['k_dpmpp_2m_sde_heun', 'dpmpp_2m_sde_heun_gpu'],
  summary: 'DPM++ 2M SDE with another second-order term; a little softer.',
  sample: makeSample('heun'),
};
