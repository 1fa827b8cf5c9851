/** RES: an exponential integrator with one step of memory, plain, ancestral and guided the CFG++ way. */
import type { Sigma } from '../numeric/sigma.ts';
import { addScaled, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { ancestralSplit } from './ancestral.ts';
import { bothOf } from './both.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/**
 * With h the step in -log sigma and c where the last prediction lies, in steps: x = e^-h x + h (b1 D + b2 D'), where
 * b2 = phi2(-h) / c and b1 = phi1(-h) - b2. In CFG++ form D and D' are the unconditional predictions, and x is moved by the
 * difference of both first.
 *
 * @source Zhang et al. 2023 (Improved Order Analysis and Design of Exponential Integrator), the multistep of second order,
 *   as ComfyUI's res_multistep
 */
const makeSample = (defaultEta: number, isPlusPlus: boolean): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { eta = defaultEta, sNoise = 1 } = o;
    const count = sigmas.length - 1;
    const both = isPlusPlus
      ? bothOf(denoise, o)
      : async (y: Tensor, sigma: Sigma) => {
          const denoised = await denoise(y, sigma);
          return { denoised, unconditional: denoised };
        };
    let last: { prediction: Tensor; sigma: Sigma; down: number } | undefined;
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const { denoised, unconditional } = await both(x, sigma);
      const { down, up } = ancestralSplit(sigma, next, eta);
      const kept = down / sigma;
      // Where both agree the two terms of the difference cancel, exactly.
      const shift: [number, Tensor][] = isPlusPlus
        ? [
            [kept, denoised],
            [-kept, unconditional],
          ]
        : [];
      if (down === 0 || last === undefined) {
        x = weightedSum(
          isPlusPlus
            ? [
                [1, denoised],
                [kept, x],
                [-kept, unconditional],
              ]
            : [
                [kept, x],
                [1 - kept, denoised],
              ],
        );
      } else {
        const h = Math.log(sigma / down);
        const c = Math.log(last.down / last.sigma) / h;
        // h phi1(-h) and h phi2(-h).
        const phi1 = -Math.expm1(-h);
        const phi2 = (Math.expm1(-h) + h) / h;
        const b2 = c === 0 ? 0 : phi2 / c;
        x = weightedSum([[kept, x], ...shift, [phi1 - b2, unconditional], [b2, last.prediction]]);
      }
      if (up > 0) x = addScaled(x, sNoise * up, o.noise.draw(x.shape, sigma, next));
      last = { prediction: unconditional, sigma, down };
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    return x;
  };

const shared = { defaultSchedule: 'karras', evaluationsPerStep: 1 } as const;

export const resMultistep: Sampler = {
  ...shared,
  id: 'res-multistep',
  label: 'RES Multistep',
  aliases: ['res_multistep'],
  summary: 'Like DPM++ 2M with other weights; exact, without noise.',
  isStochastic: false,
  options: ['eta', 'sNoise', 'ensd'],
  sample: makeSample(0, false),
};

export const resMultistepAncestral: Sampler = {
  ...shared,
  id: 'res-multistep-ancestral',
  label: 'RES Multistep a',
  aliases: ['res_multistep_ancestral'],
  summary: 'RES Multistep with fresh noise at every step.',
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample: makeSample(1, false),
};

export const resMultistepCfgpp: Sampler = {
  ...shared,
  id: 'res-multistep-cfgpp',
  label: 'RES Multistep CFG++',
  aliases: ['res_multistep_cfg_pp'],
  summary: 'RES Multistep guided the CFG++ way; set guidance to about 1.',
  isStochastic: false,
  options: ['eta', 'sNoise', 'ensd'],
  usesUnconditional: true,
  sample: makeSample(0, true),
};

export const resMultistepAncestralCfgpp: Sampler = {
  ...shared,
  id: 'res-multistep-ancestral-cfgpp',
  label: 'RES Multistep a CFG++',
  aliases: ['res_multistep_ancestral_cfg_pp'],
  summary: 'RES Multistep CFG++ with fresh noise at every step; set guidance to about 1.',
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  usesUnconditional: true,
  sample: makeSample(1, true),
};
