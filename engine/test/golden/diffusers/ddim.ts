/** DDIM, DDPM and PNDM: schedulers that count in alphas of integer timesteps. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { sigma as asSigma, timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { combine, type Tensor } from '../../../src/numeric/tensor.ts';
import { ddim } from '../../../src/samplers/ddim.ts';
import { plms } from '../../../src/samplers/plms.ts';
import { roundHalfEven } from '../../../src/schedules/timestep-spacing.ts';
import { spaced, stepsOf } from './levels.ts';
import type { Config, DiffusersScheduler, Missing, StepRequest } from './types.ts';
import { diffusersTable, levelOf } from './tables.ts';
import { denoiserOf, partOf, toSigmaScale, toUnitScale, walk } from './walk.ts';

/** What both share: integer timesteps, their levels, and where a step from a timestep ends. */
function alphaScale(config: Config, request: StepRequest) {
  const { alphasCumprod } = diffusersTable(config);
  const level = (t: number): Sigma => levelOf(alphasCumprod[t] as number);
  const stride = Math.floor(config.num_train_timesteps / stepsOf(request));
  const timesteps = spaced(config, request, config.timestep_spacing).map(roundHalfEven).map(asTimestep);
  return {
    timesteps,
    level,
    endOf: (t: Timestep): Sigma => (t >= stride ? level(t - stride) : config.set_alpha_to_one ? asSigma(0) : level(0)),
    addNoise: (latents: Tensor, noise: Tensor, t: Timestep): Tensor =>
      toUnitScale(combine(1, latents, level(t), noise), level(t)),
  };
}

/** @param fixedEta noise of a class that has no choice */
export function makeDdim(config: Config, request: StepRequest, fixedEta?: number): DiffusersScheduler {
  const { timesteps, level, endOf, addNoise } = alphaScale(config, request);
  return {
    timesteps,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => addNoise(latents, noise, timesteps[index] as Timestep),
    run: async (predict, sample, o) => {
      const samples: Tensor[] = [];
      let current = sample;
      for (const [index, t] of timesteps.entries()) {
        if (index < (o.from ?? 0) || index >= (o.until ?? Infinity)) continue;
        // A step need not end at the timestep the next one begins at: so each is a walk of its own.
        const part = [level(t), endOf(t)];
        const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(part, [t]));
        const start = toSigmaScale(current, part[0] as Sigma);
        const step = ddim.sample(denoise, start, part, { noise: o.noise, eta: fixedEta ?? o.eta ?? 0 });
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

export function makePndm(config: Config, request: StepRequest): DiffusersScheduler | Missing {
  const { timesteps, level, endOf, addNoise } = alphaScale(config, request);
  const isChain = timesteps.every(
    (t, i) => i + 1 === timesteps.length || endOf(t) === level(timesteps[i + 1] as number),
  );
  const levels = timesteps.map(level);
  // The first step looks ahead: its end is evaluated twice.
  const [first, second, ...rest] = timesteps;
  const listed = second === undefined ? timesteps : [first as Timestep, second, second, ...rest];
  return {
    timesteps: listed,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => addNoise(latents, noise, listed[index] as Timestep),
    run: async (predict, sample, o) => {
      if (!isChain) throw new Error('PNDM whose steps end elsewhere than the next one begins');
      const all = [...levels, endOf(timesteps.at(-1) as Timestep)];
      const denoise = denoiserOf(config.prediction_type, predict, listedTimesteps(levels, timesteps));
      return walk(plms, denoise, sample, partOf(all, o), 'unit', o);
    },
  };
}
