/**
 * DDIM: the oldest fast sampler. In sigma it is the ancestral Euler walk with its own levels, ended at unit variance.
 *
 * The WebUI ignores the schedule menu here and stops at the second lowest training level, whose noise stays in.
 */
import type { Sigma } from '../numeric/sigma.ts';
import { scale } from '../numeric/tensor.ts';
import { sampleEulerAncestral } from './euler-ancestral.ts';
import type { Sample, Sampler } from './types.ts';
import { webuiTimestepSigmas } from './webui-timesteps.ts';

/** Brings a latent at `sigma` to unit variance, the form DDIM hands out. */
const unitScale = (sigma: number): number => 1 / Math.sqrt(sigma * sigma + 1);

/** @source Song et al. 2020, eq. 12 and 16; eta 0 when absent */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const end = yield* sampleEulerAncestral(denoise, x, sigmas, { ...o, eta: o.eta ?? 0 });
  return scale(end, unitScale(sigmas.at(-1) as Sigma));
};

export const ddim: Sampler = {
  id: 'ddim',
  label: 'DDIM',
  aliases: ['DDIMScheduler'],
  summary: 'The first fast sampler; steady, with its own schedule.',
  defaultSchedule: 'ddim',
  evaluationsPerStep: 1,
  isStochastic: false,
  options: ['eta', 'ensd'],
  sample,
  ownSigmas: webuiTimestepSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};
