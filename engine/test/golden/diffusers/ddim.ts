/** DDIM and DDPM: schedulers that count in alphas of integer timesteps. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { combine, scale, type Tensor } from '../../../src/numeric/tensor.ts';
import { ddim } from '../../../src/samplers/ddim.ts';
import { makeDdpmSample } from '../../../src/samplers/ddpm.ts';
import { ddimCfgpp } from '../../../src/samplers/euler-cfgpp.ts';
import type { Sample } from '../../../src/samplers/types.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { cleanerOf } from './clean.ts';
import { spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, StepRequest, WalkOptions } from './types.ts';
import { diffusersTable, levelOf } from './tables.ts';
import { denoiserOf, toSigmaScale, toUnitScale } from './walk.ts';

/** What they and PNDM share: integer timesteps, their levels, and where a step from a timestep ends. */
export function alphaScale(config: Config, request: StepRequest) {
  const { alphasCumprod } = diffusersTable(config);
  const level = (t: number): Sigma => levelOf(alphasCumprod[t] as number);
  const stride = Math.floor(config.num_train_timesteps / stepsOf(request));
  const timesteps = spaced(config, request, config.timestep_spacing).map(roundHalfEven).map(asTimestep);
  return {
    timesteps,
    level,
    stride,
    endOf: (t: Timestep): Sigma => (t >= stride ? level(t - stride) : config.set_alpha_to_one ? asSigma(0) : level(0)),
    addNoise: (latents: Tensor, noise: Tensor, t: Timestep): Tensor =>
      toUnitScale(combine(1, latents, level(t), noise), level(t)),
  };
}

/** The whole noise of a step, at unit variance at its end. */
const makeDdpmUnit = (variance: 'small' | 'large'): Sample => {
  const inner = makeDdpmSample(variance);
  return async function* (denoise, x, sigmas, o) {
    const end = yield* inner(denoise, x, sigmas, o);
    const rest = sigmas.at(-1) as Sigma;
    return scale(end, 1 / Math.sqrt(rest * rest + 1));
  };
};

/** How a class walks one step, and whether what is cut off a prediction stays in the direction of the noise. */
interface Stepping {
  readonly sample: Sample;
  readonly eta?: number;
  readonly keepsNoise: boolean;
}

const steppingOfDdim = ({ eta = 0 }: WalkOptions): Stepping => ({ sample: ddim.sample, eta, keepsNoise: true });

export const makeDdim = (config: Config, request: StepRequest): DiffusersScheduler =>
  makeSteps(config, request, steppingOfDdim);

export const makeDdpm = (config: Config, request: StepRequest): DiffusersScheduler => {
  const sample = makeDdpmUnit(config['variance_type'] === 'fixed_large' ? 'large' : 'small');
  return makeSteps(config, request, () => ({ sample, keepsNoise: false }));
};

function makeSteps(
  config: Config,
  request: StepRequest,
  steppingOf: (options: WalkOptions) => Stepping,
): DiffusersScheduler {
  const { timesteps, level, endOf, addNoise } = alphaScale(config, request);
  const clean = cleanerOf(config);
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => addNoise(latents, noise, timesteps[index] as Timestep),
    run: async (predict, sample, o) => {
      const { sample: stepSample, eta, keepsNoise } = steppingOf(o);
      const samples: Tensor[] = [];
      let current = sample;
      for (const [index, t] of timesteps.entries()) {
        if (index < (o.from ?? 0) || index >= (o.until ?? Infinity)) continue;
        // A step need not end at the timestep the next one begins at: so each is a walk of its own.
        const part = [level(t), endOf(t)];
        const raw = denoiserOf(config.prediction_type, predict, listedTimesteps(part, [t]));
        const denoise = clean === undefined ? raw : async (x: Tensor, sigma: Sigma) => clean(await raw(x, sigma));
        const options = { noise: o.noise, ...(eta === undefined ? {} : { eta }) };
        const start = toSigmaScale(current, part[0] as Sigma);
        const step =
          clean === undefined || !keepsNoise
            ? stepSample(denoise, start, part, options)
            : // The noise of the uncut prediction under the cut picture: what CFG++ does with two predictions.
              ddimCfgpp.sample(denoise, start, part, {
                ...options,
                denoiseBoth: async (x: Tensor, sigma: Sigma) => {
                  const unconditional = await raw(x, sigma);
                  return { denoised: clean(unconditional), unconditional };
                },
              });
        let result = await step.next();
        while (result.done !== true) result = await step.next();
        const next = timesteps[index + 1];
        const at = next === undefined ? asSigma(0) : level(next);
        current =
          o.correct === undefined ? result.value : toUnitScale(o.correct(toSigmaScale(result.value, at), at), at);
        samples.push(current);
      }
      return samples;
    },
  };
}
