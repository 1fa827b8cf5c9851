/** TCD as diffusers has it: timesteps skipped from the teacher's fifty, down to the lowest training level. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { combine } from '../../../src/numeric/tensor.ts';
import { tcd } from '../../../src/samplers/tcd.ts';
import { teacherTimesteps } from './lcm.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { diffusersTable, levelOf } from './tables.ts';
import { denoiserOf, partOf, toUnitScale, walk } from './walk.ts';

export function makeTcd(config: Config, request: StepRequest): DiffusersScheduler {
  const table = diffusersTable(config);
  const level = (t: number) => levelOf(table.alphasCumprod[t] as number);
  const timesteps = teacherTimesteps(config, request);
  const levels = timesteps.map(level);
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => {
      const sigma = levels[index] as number;
      return toUnitScale(combine(1, latents, sigma, noise), sigma);
    },
    run: (predict, sample, options) => {
      const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(levels, timesteps));
      return walk(tcd, denoise, sample, partOf([...levels, level(0)], options), 'unit', options, { table });
    },
  };
}
