/** iPNDM as diffusers has it: levels on a sine instead of a table, from no picture at all, and a network that predicts v. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { vDenoiser } from '../../../src/denoisers/v.ts';
import type { Denoise } from '../../../src/numeric/denoise.ts';
import { linspace } from '../../../src/numeric/linspace.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma } from '../../../src/numeric/sigma.ts';
import { combine, zeros } from '../../../src/numeric/tensor.ts';
import { ipndm } from '../../../src/samplers/ipndm.ts';
import { stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { partOf, toUnitScale, walk } from './walk.ts';

/** The least alpha the class divides by. At that level it takes the sample for pure noise, whatever the network says. */
const LEAST_ALPHA = 1e-8;

const f = Math.fround;

export function makeIpndm(_config: Config, request: StepRequest): DiffusersScheduler {
  const steps = [...linspace(1, 0, stepsOf(request) + 1).slice(0, -1), 0];
  const betas = steps.map((step) => f(f(Math.sin(f(step * f(Math.PI)) / 2)) ** 2));
  const alphas = betas.map((beta) => f(Math.sqrt(f(1 - f(beta * beta)))));
  const levels = betas.map((beta, i) => asSigma(beta / Math.max(alphas[i] as number, LEAST_ALPHA)));
  const timesteps = betas.slice(0, -1).map((beta, i) => {
    return asTimestep((Math.atan2(beta, alphas[i] as number) / Math.PI) * 2);
  });
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => {
      const level = levels[index] as Sigma;
      return toUnitScale(combine(1, latents, level, noise), level);
    },
    run: (predict, sample, options) => {
      const inner = vDenoiser(predict, listedTimesteps(levels, timesteps));
      const denoise: Denoise = async (x, sigma) => {
        const denoised = await inner(x, sigma);
        return sigma * LEAST_ALPHA >= 1 ? zeros(x.shape) : denoised;
      };
      return walk(ipndm, denoise, sample, partOf(levels, options), 'unit', options);
    },
  };
}
