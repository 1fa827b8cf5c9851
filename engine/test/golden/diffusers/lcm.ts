/** Latent consistency sampling as diffusers has it: timesteps skipped from the teacher's fifty, and a boundary condition. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import type { Denoise } from '../../../src/numeric/denoise.ts';
import { sigma as asSigma, timestep as asTimestep, type Timestep } from '../../../src/numeric/sigma.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import { stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable, levelOf } from './tables.ts';
import { denoiserOf, partOf, toUnitScale, walk } from './walk.ts';

/** Spread of the data in the boundary condition. @source Song et al. 2023 (Consistency Models), eq. 5 */
const SIGMA_DATA = 0.5;

/** Timesteps of a student, from those its teacher was sampled at. */
export function teacherTimesteps(config: Config, request: StepRequest): Timestep[] {
  const steps = stepsOf(request);
  const teacher = Number(config['original_inference_steps']);
  const stride = Math.floor(config.num_train_timesteps / teacher);
  return Array.from({ length: steps }, (_, i) =>
    asTimestep((teacher - Math.floor((i * teacher) / steps)) * stride - 1),
  );
}

export function makeLcm(config: Config, request: StepRequest): DiffusersScheduler {
  const { alphasCumprod } = diffusersTable(config);
  const timesteps = teacherTimesteps(config, request);
  const levels = timesteps.map((t) => levelOf(alphasCumprod[t] as number));
  const timestepOf = listedTimesteps(levels, timesteps);
  /** Near timestep 0 the result is drawn towards the sample itself. */
  const bounded =
    (denoise: Denoise): Denoise =>
    async (x, sigma) => {
      const time = timestepOf(sigma) * Number(config['timestep_scaling']);
      const square = time * time + SIGMA_DATA * SIGMA_DATA;
      const skip = (SIGMA_DATA * SIGMA_DATA) / square;
      return combine(skip, toUnitScale(x, sigma), time / Math.sqrt(square), await denoise(x, sigma));
    };
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => {
      const level = levels[index] as number;
      return toUnitScale(combine(1, latents, level, noise), level);
    },
    run: (predict, sample, o) => {
      const denoise = bounded(denoiserOf(config.prediction_type, predict, timestepOf));
      return walk(findSampler('lcm'), denoise, sample, partOf([...levels, asSigma(0)], o), 'unit', o);
    },
  };
}
