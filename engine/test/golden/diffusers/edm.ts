/** EDM's schedulers: levels without a table, and a network that is told a quarter of the level's logarithm. */
import { sigma as asSigma, timestep as asTimestep } from '../../../src/numeric/sigma.ts';
import type { Denoise } from '../../../src/numeric/denoise.ts';
import type { Predict } from '../../../src/denoisers/types.ts';
import { makeSigmaTable } from '../../../src/numeric/sigma-table.ts';
import { combine, scale } from '../../../src/numeric/tensor.ts';
import { makeDpmppSample } from '../../../src/samplers/dpmpp-3m.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { findSchedule } from '../../../src/schedules/index.ts';
import { curveOf, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest } from './types.ts';
import { partOf, walk } from './walk.ts';

/** @source Karras et al. 2022, table 1, column EDM */
function preconditioned(predict: Predict, data: number, isVelocity: boolean): Denoise {
  return async (x, sigma) => {
    const square = sigma * sigma + data * data;
    const output = await predict(scale(x, 1 / Math.sqrt(square)), asTimestep(0.25 * Math.log(sigma)));
    const gain = (sigma * data) / Math.sqrt(square);
    return combine((data * data) / square, x, isVelocity ? -gain : gain, output);
  };
}

/** The sampler of the multistep class. */
export function edmMultistep(config: Config): Sampler {
  const isStochastic = config['algorithm_type'] === 'sde-dpmsolver++';
  const second = config['solver_type'] === 'heun' ? 'heun' : 'midpoint';
  const sample = makeDpmppSample({ order: config.solver_order, second, eta: isStochastic ? 1 : 0 });
  return { ...findSampler('dpmpp-3m'), sample };
}

/** @param karras what the class computes Karras levels in; exponential ones are float32 everywhere */
export const makeEdm =
  (samplerOf: (config: Config) => Sampler, karras: 'float32' | 'float64') =>
  (config: Config, request: StepRequest): DiffusersScheduler => {
    const high = Number(config['sigma_max']);
    const low = Number(config['sigma_min']);
    const isExponential = config['sigma_schedule'] === 'exponential';
    const steps = stepsOf(request);
    const table = makeSigmaTable();
    // Exponential levels are spread from the low end, so that a single one is the lowest.
    const first = isExponential && steps === 1 ? low : high;
    const levels =
      karras === 'float64' && !isExponential
        ? (curveOf({ ...config, use_karras_sigmas: true }, table, steps, low, high) ?? [])
        : findSchedule(isExponential ? 'exponential' : 'karras')
            .sigmas(table, steps, { sigmaMin: low, sigmaMax: first })
            .slice(0, -1);
    const all = [...levels, asSigma(config.final_sigmas_type === 'zero' ? 0 : low)];
    return {
      timesteps: levels.map((level) => asTimestep(0.25 * Math.log(level))),
      sigmas: all,
      initNoiseSigma: Math.sqrt(high * high + 1),
      addNoise: (latents, noise, index) => combine(1, latents, levels[index] as number, noise),
      run: (predict, sample, options) => {
        const isVelocity = config.prediction_type === 'v_prediction';
        const denoise = preconditioned(predict, Number(config['sigma_data']), isVelocity);
        return walk(samplerOf(config), denoise, sample, partOf(all, options), 'sigma', options);
      },
    };
  };
