/** Linear multistep: fits a curve through the last slopes and integrates it; one evaluation a step. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Slopes the curve goes through. @source k-diffusion's default */
const DEFAULT_ORDER = 4;
/** Gauss-Legendre places and weights on [-1, 1]; three integrate the curve's cubics exactly. */
const PLACES = [-Math.sqrt(0.6), 0, Math.sqrt(0.6)];
const WEIGHTS = [5 / 9, 8 / 9, 5 / 9];

/** Integral from levels[i] to levels[i + 1] of the polynomial that is 1 at levels[i - j] and 0 at the other `order` - 1. */
function coefficient(levels: readonly number[], i: number, j: number, order: number): number {
  const from = levels[i] as number;
  const to = levels[i + 1] as number;
  const at = levels[i - j] as number;
  const basis = (t: number): number => {
    let product = 1;
    for (let k = 0; k < order; k++) {
      const other = levels[i - k] as number;
      if (k !== j) product *= (t - other) / (at - other);
    }
    return product;
  };
  const half = (to - from) / 2;
  return PLACES.reduce((sum, place, n) => sum + (WEIGHTS[n] as number) * basis(from + half * (1 + place)), 0) * half;
}

/** @source Adams-Bashforth on uneven steps, as k-diffusion's LMS; o.order slopes, at most 6 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { order = DEFAULT_ORDER } = o;
  const count = sigmas.length - 1;
  let slopes: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    slopes = [combine(1 / sigma, x, -1 / sigma, denoised), ...slopes].slice(0, order);
    const terms = slopes.map((slope, j) => [coefficient(sigmas, i, j, slopes.length), slope] as const);
    const next = sigmas[i + 1] as Sigma;
    x = settle(weightedSum([[1, x], ...terms]), next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const lms: Sampler = {
  id: 'lms',
  label: 'LMS',
  aliases: ['k_lms', 'LMSDiscreteScheduler'],
  summary: 'Extrapolates from the last steps; fast, needs more of them than newer methods.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample,
};
