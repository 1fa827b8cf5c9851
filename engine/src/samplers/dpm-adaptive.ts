/** DPM-Solver-12 and -23: chooses its steps itself by the difference between two orders; the number asked for is ignored. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, type Tensor } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { evenlyTimedSigmas, firstOrder, levelAt, noiseAt, secondOrder, thirdOrder } from './dpm-steps.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Tolerances, first step and caution. @source k-diffusion's defaults */
const RELATIVE_TOLERANCE = 0.05;
const ABSOLUTE_TOLERANCE = 0.0078;
const FIRST_STEP = 0.05;
const ACCEPT_SAFETY = 0.81;
/** Order that the step size is governed by when noise is added. */
const NOISY_ORDER = 1.5;
/** A step as short as this is taken whatever its error, or a network without any smoothness would never arrive. */
const SHORTEST_STEP = 1e-3;
/** The walk is over this near to its end, in log sigma. */
const ARRIVED = 1e-5;

/** Root mean square of the difference of two results, in units of what is tolerated. */
function errorOf(low: Tensor, high: Tensor, before: Tensor, relative: number): number {
  let sum = 0;
  for (let i = 0; i < low.data.length; i++) {
    const a = low.data[i] as number;
    const allowed = Math.max(ABSOLUTE_TOLERANCE, relative * Math.max(Math.abs(a), Math.abs(before.data[i] as number)));
    sum += ((a - (high.data[i] as number)) / allowed) ** 2;
  }
  return Math.sqrt(sum / low.data.length);
}

/**
 * From the first to the last level, which is not 0 and whose noise stays in; those between are not used.
 * @source Lu et al. 2022 (DPM-Solver), appendix C; step sizes by an integral controller as in k-diffusion
 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 0, sNoise = 1, order = 3, tolerance = RELATIVE_TOLERANCE } = o;
  const end = -Math.log(sigmas.at(-1) as Sigma);
  let t = -Math.log(sigmas[0] as Sigma);
  let h = FIRST_STEP;
  let lastLow = x;
  for (let index = 0; t < end - ARRIVED; index++) {
    const tNext = Math.min(end, t + h);
    const sigma = asSigma(levelAt(t));
    const next = asSigma(levelAt(tNext));
    const down = eta > 0 ? Math.min(end, -Math.log(ancestralSplit(sigma, next, eta).down)) : tNext;
    const up = eta > 0 ? Math.sqrt(Math.max(next * next - levelAt(down) ** 2, 0)) : 0;
    const before = x;
    const { noise, denoised } = await noiseAt(denoise, x, t);
    let low: Tensor;
    let high: Tensor;
    if (order === 2) {
      low = firstOrder(x, noise, t, down);
      high = (await secondOrder(denoise, x, noise, t, down)).x;
    } else {
      const second = await secondOrder(denoise, x, noise, t, down, 1 / 3);
      low = second.x;
      high = await thirdOrder(denoise, x, noise, t, down, second.noiseAtR);
    }
    // A lost picture must end the walk here: an error of NaN would shrink the step for ever.
    settle(high, next, index, {});
    const error = errorOf(low, high, lastLow, tolerance);
    const wanted = (1 / (error + 1e-8)) ** (1 / (eta > 0 ? NOISY_ORDER : order));
    const factor = 1 + Math.atan(wanted - 1);
    if (factor >= ACCEPT_SAFETY || h < SHORTEST_STEP) {
      lastLow = low;
      x = up > 0 ? addScaled(high, sNoise * up, o.noise.draw(x.shape, sigma, next)) : high;
      x = settle(x, next, index, o);
      t = tNext;
    }
    h *= factor;
    yield { index, count: index + 1, sigma, x: before, denoised };
  }
  return x;
};

export const dpmAdaptive: Sampler = {
  id: 'dpm-adaptive',
  label: 'DPM adaptive',
  aliases: ['k_dpm_ad'],
  summary: 'Chooses its own steps; the number of steps has no effect.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 3,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  requestedEta: 1,
  sample,
  ownSigmas: evenlyTimedSigmas,
};
