/** PNDM: with its Runge-Kutta start, or without as Stable Diffusion's files want it. */
import { listedTimesteps } from '../../../src/denoisers/timesteps.ts';
import { timestep as asTimestep, type Sigma, type Timestep } from '../../../src/numeric/sigma.ts';
import { findSampler } from '../../../src/samplers/index.ts';
import { makePlmsSample } from '../../../src/samplers/plms.ts';
import { makePndmSample } from '../../../src/samplers/pndm.ts';
import type { Sampler } from '../../../src/samplers/types.ts';
import { alphaScale } from './ddim.ts';
import type { Config, DiffusersScheduler, Missing, StepRequest } from './types.ts';
import { denoiserOf, partOf, walk } from './walk.ts';

/** Steps of the Runge-Kutta start. */
const WARM_UP = 3;

export function makePndm(config: Config, request: StepRequest): DiffusersScheduler | Missing {
  const { timesteps, level, endOf, stride, addNoise } = alphaScale(config, request);
  const isChain = timesteps.every(
    (t, i) => i + 1 === timesteps.length || endOf(t) === level(timesteps[i + 1] as number),
  );
  const isWarm = config['skip_prk_steps'] !== true;
  if (isWarm && timesteps.length <= WARM_UP) return { missing: 'a Runge-Kutta start of more steps than there are' };
  if (isWarm && config.prediction_type !== 'epsilon') return { missing: 'a Runge-Kutta start on v' };
  const levels = timesteps.map(level);
  /** Middle of the step that ends at `t`, as the class counts it. */
  const middle = (t: number): Timestep => asTimestep(t + Math.floor(stride / 2));
  const listed = isWarm ? listWarm(timesteps, middle) : listPlain(timesteps);
  // Levels of a warm step's first look are told the timestep of its second.
  const warm = isWarm ? timesteps.slice(0, WARM_UP).map((t) => asTimestep(t - Math.floor(stride / 2))) : [];
  const seconds = isWarm ? timesteps.slice(1, WARM_UP + 1).map(middle) : [];
  const timestepOf = listedTimesteps(
    [...levels, ...warm.map(level), ...seconds.map(level)],
    [...timesteps, ...seconds, ...seconds],
  );
  const middleOf = (sigma: Sigma): readonly [Sigma, Sigma] => {
    const i = levels.indexOf(sigma);
    return [level(warm[i] as number), level(seconds[i] as number)];
  };
  const sampler: Sampler = isWarm
    ? { ...findSampler('pndm'), sample: makePndmSample(middleOf) }
    : { ...findSampler('plms'), sample: makePlmsSample(config.prediction_type === 'v_prediction' ? 'v' : 'epsilon') };
  return {
    timesteps: listed,
    sigmas: undefined,
    initNoiseSigma: 1,
    addNoise: (latents, noise, index) => addNoise(latents, noise, listed[index] as Timestep),
    run: async (predict, sample, o) => {
      if (!isChain) throw new Error('PNDM whose steps end elsewhere than the next one begins');
      const all = [...levels, endOf(timesteps.at(-1) as Timestep)];
      const denoise = denoiserOf(config.prediction_type, predict, timestepOf);
      return walk(sampler, denoise, sample, partOf(all, o), 'unit', o);
    },
  };
}

/** The first step looks ahead: its end is evaluated twice. */
function listPlain(timesteps: readonly Timestep[]): readonly Timestep[] {
  const [first, second, ...rest] = timesteps;
  return second === undefined ? timesteps : [first as Timestep, second, second, ...rest];
}

/** Each of the first three is evaluated at its beginning, twice in its middle and at its end. */
function listWarm(timesteps: readonly Timestep[], middle: (t: number) => Timestep): Timestep[] {
  const ends = timesteps.slice(1, WARM_UP + 1);
  const warm = ends.flatMap((end, i) => [timesteps[i] as Timestep, middle(end), middle(end), end]);
  return [...warm, ...timesteps.slice(WARM_UP)];
}
