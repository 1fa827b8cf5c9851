/**
 * Euler guided the CFG++ way, plain, ancestral and as the WebUI's DDIM: the picture of the guided prediction, the noise of
 * the unconditional one. Guidance about 1 (0.5 to 2) is what 5 to 12 is elsewhere.
 */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, scale, weightedSum } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { bothOf } from './both.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';
import { webuiTimestepSigmas } from './webui-timesteps.ts';

/**
 * x = D + down * (x - U) / sigma, then noise up to the next level.
 * @param defaultEta noise of an ancestral step where the options say nothing
 * @source Chung et al. 2024 (CFG++), Alg. 2, in sigma and with the split of ancestralSplit
 */
const makeSample = (defaultEta: number): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { eta = defaultEta, sNoise = 1 } = o;
    const count = sigmas.length - 1;
    const both = bothOf(denoise, o);
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const { denoised, unconditional } = await both(x, sigma);
      const { down, up } = ancestralSplit(sigma, next, eta);
      const kept = down / sigma;
      x = weightedSum([
        [1, denoised],
        [kept, x],
        [-kept, unconditional],
      ]);
      if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

const sampleEuler = makeSample(0);

export const eulerCfgpp: Sampler = {
  id: 'euler-cfgpp',
  label: 'Euler CFG++',
  aliases: ['euler_cfg_pp'],
  summary: 'Euler that keeps to pictures the model knows under guidance; set guidance to about 1.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['eta', 'sNoise', 'ensd'],
  usesUnconditional: true,
  sample: sampleEuler,
};

export const eulerAncestralCfgpp: Sampler = {
  id: 'euler-ancestral-cfgpp',
  label: 'Euler a CFG++',
  aliases: ['euler_ancestral_cfg_pp'],
  summary: 'Euler CFG++ with fresh noise at every step; set guidance to about 1.',
  defaultSchedule: 'uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  usesUnconditional: true,
  sample: makeSample(1),
};

export const ddimCfgpp: Sampler = {
  id: 'ddim-cfgpp',
  label: 'DDIM CFG++',
  aliases: ['ddim_cfgpp'],
  summary: 'DDIM guided the CFG++ way; takes guidance as usual and counts it down to its own scale.',
  defaultSchedule: 'ddim',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['eta', 'ensd'],
  usesUnconditional: true,
  // The WebUI's factor: its 12.5 is the paper's 1.
  guidanceFactor: 1 / 12.5,
  async *sample(denoise, x, sigmas, o) {
    const end = yield* sampleEuler(denoise, x, sigmas, o);
    const rest = sigmas.at(-1) as Sigma;
    return scale(end, 1 / Math.sqrt(rest * rest + 1));
  },
  ownSigmas: webuiTimestepSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};
