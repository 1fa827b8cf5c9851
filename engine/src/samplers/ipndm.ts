/** iPNDM: Adams-Bashforth with the weights of even steps, and lower orders instead of a warm-up; one evaluation a step. */
import type { Sigma } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { ADAMS_BASHFORTH } from './adams.ts';
import { slopeOf, stepBySlopes } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Slopes looked back on. @source the authors' and diffusers' choice */
const DEFAULT_ORDER = 4;

/** @source Zhang and Chen 2022 (DEIS), the improved PNDM of its appendix; o.order slopes, at most 4 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { order = DEFAULT_ORDER } = o;
  const count = sigmas.length - 1;
  let slopes: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    slopes = [slopeOf(x, sigma, denoised), ...slopes].slice(0, Math.min(order, ADAMS_BASHFORTH.length));
    const weights = (ADAMS_BASHFORTH[slopes.length - 1] as readonly number[]).map((weight) => weight * (next - sigma));
    x = settle(stepBySlopes(x, denoised, sigma, next, slopes, weights), next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const ipndm: Sampler = {
  id: 'ipndm',
  label: 'IPNDM',
  aliases: ['IPNDMScheduler'],
  summary: 'Extrapolates from the last four steps from the start; sharp in few steps, at its best on even schedules.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample,
};
