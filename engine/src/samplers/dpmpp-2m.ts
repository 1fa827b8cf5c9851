/** DPM-Solver++(2M): second order from the memory of the last step, one evaluation a step. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Lu et al. 2022 (DPM-Solver++), Alg. 2, with lambda = -log sigma; first and last step are first order */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  let last: { denoised: Tensor; h: number } | undefined;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    const h = Math.log(sigma) - Math.log(next);
    let target = denoised;
    if (last !== undefined && next > 0) {
      // Extrapolates the prediction to the middle of the step; r = length of the last step in units of this one.
      const weight = h / (2 * last.h);
      target = combine(1 + weight, denoised, -weight, last.denoised);
    }
    const kept = next / sigma; // exp(-h)
    x = settle(combine(kept, x, 1 - kept, target), next, i, o);
    last = { denoised, h };
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmpp2m: Sampler = {
  id: 'dpmpp-2m',
  label: 'DPM++ 2M',
  aliases: ['k_dpmpp_2m', 'DPMSolverMultistepScheduler', 'EDMDPMSolverMultistepScheduler'],
  summary: 'Exact in few steps and the same at any number of them; a good first choice.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample,
};
