/** DPM++ 2S a guided the CFG++ way; two evaluations a step. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { bothOf } from './both.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source as dpmpp-2s-ancestral, from x + (guided - unconditional), as ComfyUI's dpmpp_2s_ancestral_cfg_pp */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = 1, sNoise = 1 } = o;
  const count = sigmas.length - 1;
  const both = bothOf(denoise, o);
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const { denoised, unconditional } = await both(x, sigma);
    const { down, up } = ancestralSplit(sigma, next, eta);
    /** The step to `level` with the picture `target`. */
    const towards = (level: number, target: Tensor): Tensor => {
      const kept = level / sigma;
      return weightedSum([
        [kept, before],
        [kept, denoised],
        [-kept, unconditional],
        [1 - kept, target],
      ]);
    };
    if (down === 0) {
      x = denoised;
    } else {
      const middle = asSigma(Math.sqrt(sigma * down));
      x = towards(down, (await both(towards(middle, denoised), middle)).denoised);
    }
    if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmpp2sAncestralCfgpp: Sampler = {
  id: 'dpmpp-2s-ancestral-cfgpp',
  label: 'DPM++ 2S a CFG++',
  aliases: ['dpmpp_2s_ancestral_cfg_pp'],
  summary: 'DPM++ 2S a guided the CFG++ way; set guidance to about 1.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  usesUnconditional: true,
  sample,
};
