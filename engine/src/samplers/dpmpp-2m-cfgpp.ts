/** DPM++ 2M guided the CFG++ way: the picture of the guided prediction, the direction of the unconditional one. */
import type { Sigma } from '../numeric/sigma.ts';
import { weightedSum, type Tensor } from '../numeric/tensor.ts';
import { bothOf } from './both.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** @source Chung et al. 2024 (CFG++), appendix on higher-order solvers, as ComfyUI's dpmpp_2m_cfg_pp */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const count = sigmas.length - 1;
  const both = bothOf(denoise, o);
  let last: { unconditional: Tensor; h: number } | undefined;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const { denoised, unconditional } = await both(x, sigma);
    const h = Math.log(sigma) - Math.log(next);
    const kept = next / sigma; // exp(-h)
    const weight = last === undefined || next === 0 ? 0 : ((1 - kept) * h) / (2 * last.h);
    const terms: [number, Tensor][] = [
      [1 + weight, denoised],
      [kept, x],
      [-kept, unconditional],
    ];
    if (last !== undefined && weight !== 0) terms.push([-weight, last.unconditional]);
    x = settle(weightedSum(terms), next, i, o);
    last = { unconditional, h };
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const dpmpp2mCfgpp: Sampler = {
  id: 'dpmpp-2m-cfgpp',
  label: 'DPM++ 2M CFG++',
  aliases: ['dpmpp_2m_cfg_pp'],
  summary: 'DPM++ 2M guided the CFG++ way; set guidance to about 1.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 1,
  isStochastic: false,
  usesUnconditional: true,
  sample,
};
