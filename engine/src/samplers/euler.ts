/** Euler's method on the probability flow: one evaluation a step, no noise unless churn is asked for. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine } from '../numeric/tensor.ts';
import { churn } from './churn.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Karras et al. 2022, Alg. 2 without its second-order correction */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const next = sigmas[i + 1] as Sigma;
    const { x: xHat, sigma: sigmaHat } = churn(x, sigmas[i] as Sigma, count, o);
    const denoised = await denoise(xHat, sigmaHat);
    // x + (x - D) / sigma * (next - sigma), with the fractions gathered.
    const kept = next / sigmaHat;
    x = settle(combine(kept, xHat, 1 - kept, denoised), next, i, o);
    yield { index: i, count, sigma: sigmaHat, x: xHat, denoised };
  }
  return x;
};

export const euler: Sampler = {
  id: 'euler',
  label: 'Euler',
  aliases: ['k_euler', 'EulerDiscreteScheduler', 'EDMEulerScheduler'],
  summary: 'The plainest method: fast, steady, the same picture from fewer steps.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['sChurn', 'sTmin', 'sTmax', 'sNoise', 'ensd'],
  sample,
};
