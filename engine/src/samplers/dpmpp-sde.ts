/** DPM-Solver++ for the SDE, single step: two evaluations and two draws a step. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, combine } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Where in a step (in log sigma) the look ahead lies. */
const MIDDLE = 0.5;

const f = Math.fround;
/** Levels that went through float32 logarithms: Brownian noise is drawn by them, and hangs on their last digit. */
const toTime = (sigma: number): number => f(-Math.log(sigma));
const toLevel = (time: number): Sigma => asSigma(f(Math.exp(-time)));

/** @source Lu et al. 2022 (DPM-Solver++), Alg. 1, stochastic as k-diffusion's sample_dpmpp_sde */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1, middle: r = MIDDLE } = o;
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    if (next === 0) {
      x = denoised;
    } else {
      const t = toTime(sigma);
      const tNext = toTime(next);
      const middle = toLevel(f(t + f(f(tNext - t) * r)));
      const from = toLevel(t);
      const ahead = ancestralSplit(sigma, middle, eta);
      let half = combine(ahead.down / sigma, x, 1 - ahead.down / sigma, denoised);
      half = addScaled(half, sNoise * ahead.up, o.noise.draw(x.shape, from, middle));
      // Both predictions, extrapolated to what holds for the whole step.
      const weight = 1 / (2 * r);
      const target = combine(1 - weight, denoised, weight, await denoise(half, middle));
      const { down, up } = ancestralSplit(sigma, next, eta);
      x = combine(down / sigma, x, 1 - down / sigma, target);
      x = addScaled(x, sNoise * up, o.noise.draw(x.shape, from, toLevel(tNext)));
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmppSde: Sampler = {
  id: 'dpmpp-sde',
  label: 'DPM++ SDE',
  aliases: ['k_dpmpp_sde', 'dpmpp_sde_gpu', 'DPMSolverSDEScheduler'],
  summary: 'Rich detail in few steps, twice the time a step; noise that does not depend on their number.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: true,
  options: ['eta', 'sNoise'],
  sample,
  usesBrownianNoise: true,
};
