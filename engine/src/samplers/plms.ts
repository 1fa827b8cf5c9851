/** PLMS: linear multistep on the noise prediction, with the WebUI's own levels like DDIM. */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, combine, scale, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { ADAMS_BASHFORTH } from './adams.ts';
import { slopeOf } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';
import { webuiTimestepSigmas } from './webui-timesteps.ts';

/** What predictions are remembered and averaged as. */
type Remembered = 'epsilon' | 'v';

/** The prediction in the form that is remembered. */
function remember(as: Remembered, x: Tensor, sigma: Sigma, denoised: Tensor): Tensor {
  if (as === 'epsilon') return slopeOf(x, sigma, denoised);
  const square = sigma * sigma + 1;
  return combine(1 / (sigma * Math.sqrt(square)), x, -Math.sqrt(square) / sigma, denoised);
}

/** The slope that an average of remembered predictions means at (x, sigma). */
function recall(as: Remembered, x: Tensor, sigma: Sigma, average: Tensor): Tensor {
  if (as === 'epsilon') return average;
  const square = sigma * sigma + 1;
  return combine(sigma / square, x, 1 / Math.sqrt(square), average);
}

/**
 * @param as `v`: averages velocities instead of noise, as diffusers does with networks that predict them
 * @source Liu et al. 2022 (PNDM), eq. 12; the first step looks ahead and averages, as the paper's eq. 13
 */
export const makePlmsSample = (as: Remembered = 'epsilon'): Sample =>
  async function* (denoise, x, sigmas, o) {
    const count = sigmas.length - 1;
    let memory: Tensor[] = [];
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      memory = [remember(as, x, sigma, denoised), ...memory].slice(0, ADAMS_BASHFORTH.length);
      const dt = next - sigma;
      const step = (terms: readonly (readonly [number, Tensor])[]): Tensor =>
        addScaled(before, dt, recall(as, before, sigma, weightedSum(terms)));
      if (i === 0 && next > 0) {
        const here = memory[0] as Tensor;
        const ahead = step([[1, here]]);
        const there = remember(as, ahead, next, await denoise(ahead, next));
        x = step([
          [1 / 2, here],
          [1 / 2, there],
        ]);
      } else {
        const weights = ADAMS_BASHFORTH[memory.length - 1] as readonly number[];
        x = step(memory.map((each, j) => [weights[j] as number, each] as const));
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
  // Its class is loaded without the Runge-Kutta start, as all Stable Diffusion files say.
  aliases: ['PNDMScheduler'],
  summary: 'The sampler SD1 was published with; steady, with its own schedule.',
  defaultSchedule: 'ddim',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample: makePlmsSample(),
  ownSigmas: webuiTimestepSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};
