/** PLMS: linear multistep on the noise prediction, with the WebUI's own levels like DDIM. */
import type { Sigma } from '../numeric/sigma.ts';
import { combine, scale, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { ADAMS_BASHFORTH } from './adams.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';
import { webuiTimestepSigmas } from './webui-timesteps.ts';

/** @source Liu et al. 2022 (PNDM), eq. 12; the first step looks ahead and averages, as the paper's eq. 13 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  let slopes: Tensor[] = [];
  const slopeAt = (y: Tensor, sigma: Sigma, denoised: Tensor): Tensor => combine(1 / sigma, y, -1 / sigma, denoised);
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    const slope = slopeAt(x, sigma, denoised);
    slopes = [slope, ...slopes].slice(0, ADAMS_BASHFORTH.length);
    const dt = next - sigma;
    if (i === 0 && next > 0) {
      const ahead = weightedSum([
        [1, x],
        [dt, slope],
      ]);
      const slopeAhead = slopeAt(ahead, next, await denoise(ahead, next));
      x = weightedSum([
        [1, x],
        [dt / 2, slope],
        [dt / 2, slopeAhead],
      ]);
    } else {
      const weights = ADAMS_BASHFORTH[slopes.length - 1] as readonly number[];
      x = weightedSum([[1, x], ...slopes.map((each, j) => [dt * (weights[j] as number), each] as const)]);
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  const end = sigmas.at(-1) as Sigma;
  return scale(x, 1 / Math.sqrt(end * end + 1));
};

export const plms: Sampler = {
  id: 'plms',
  label: 'PLMS',
  aliases: [],
  summary: 'The sampler SD1 was published with; steady, with its own schedule.',
  defaultSchedule: 'ddim',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample,
  ownSigmas: webuiTimestepSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};
