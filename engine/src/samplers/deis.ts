/** DEIS: fits a curve through the last noise predictions in log sigma and integrates it exactly; one evaluation a step. */
import { solveLinear } from '../numeric/solve-linear.ts';
import type { Sigma } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { orderAt } from './multistep.ts';
import { slopeOf, stepBySlopes } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Predictions the curve goes through. @source diffusers' default */
const DEFAULT_ORDER = 2;

/**
 * Weights on the slopes at `levels` (newest first) for the step from levels[0] to `next`: integrals over sigma of the
 * polynomials in log sigma that are 1 at one of the levels and 0 at the others.
 */
function weightsOf(levels: readonly number[], next: number): number[] {
  const sigma = levels[0] as number;
  const places = levels.map((level) => Math.log(level / sigma));
  const end = Math.log(next / sigma);
  // Integrals of v^k e^v from 0 to `end`, by parts.
  const moments: number[] = [];
  for (let k = 0; k < levels.length; k++) {
    moments.push(k === 0 ? Math.expm1(end) : end ** k * Math.exp(end) - k * (moments[k - 1] as number));
  }
  const rows = moments.map((_, k) => places.map((place) => place ** k));
  return solveLinear(rows, moments).map((weight) => weight * sigma);
}

/** @source Zhang and Chen 2022 (DEIS), the log-rho form; o.order predictions. The first and, in short walks, the last steps are of lower order */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { order: highest = DEFAULT_ORDER } = o;
  const count = sigmas.length - 1;
  let memory: { slope: Tensor; sigma: Sigma }[] = [];
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = denoised;
    } else {
      memory = [{ slope: slopeOf(x, sigma, denoised), sigma }, ...memory].slice(0, highest);
      const used = memory.slice(0, orderAt(i, count, highest));
      const weights = weightsOf(
        used.map((each) => each.sigma),
        next,
      );
      x = stepBySlopes(
        x,
        denoised,
        sigma,
        next,
        used.map((each) => each.slope),
        weights,
      );
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const deis: Sampler = {
  id: 'deis',
  label: 'DEIS',
  aliases: ['DEISMultistepScheduler'],
  summary: 'Integrates a curve through the last noise predictions; clean pictures in ten steps.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample,
};
