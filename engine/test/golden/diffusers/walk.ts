/** Runs our samplers the way diffusers steps: one entry per evaluation, in the scheduler's own scale. */
import { epsilonDenoiser } from '../../../src/denoisers/epsilon.ts';
import type { Predict, TimestepOf } from '../../../src/denoisers/types.ts';
import { vDenoiser } from '../../../src/denoisers/v.ts';
import type { Denoise, DenoiseBoth } from '../../../src/numeric/denoise.ts';
import { sigma as asSigma, type Sigma } from '../../../src/numeric/sigma.ts';
import { scale, type Tensor } from '../../../src/numeric/tensor.ts';
import type { SampleOptions, Sampler } from '../../../src/samplers/types.ts';
import type { WalkOptions } from './types.ts';

export function denoiserOf(prediction: string, predict: Predict, timestepOf: TimestepOf): Denoise {
  if (prediction === 'v_prediction') return vDenoiser(predict, timestepOf);
  if (prediction === 'epsilon') return epsilonDenoiser(predict, timestepOf);
  return (x, sigma) => predict(toUnitScale(x, sigma), timestepOf(sigma));
}

/** Unit variance -> picture + sigma * noise. */
export const toSigmaScale = (y: Tensor, sigma: number): Tensor => scale(y, Math.sqrt(sigma * sigma + 1));

/** Picture + sigma * noise -> unit variance. */
export const toUnitScale = (x: Tensor, sigma: number): Tensor => scale(x, 1 / Math.sqrt(sigma * sigma + 1));

/** The part of a list of levels that `from` and `until` leave; levels are one more than steps. */
export const partOf = <T>(levels: readonly T[], { from = 0, until }: WalkOptions): T[] =>
  levels.slice(from, until === undefined ? undefined : until + 1);

/** What a class tells its sampler beside what a call may say. */
export type More = Pick<SampleOptions, 'order' | 'table'> & { readonly denoiseBoth?: DenoiseBoth };

/**
 * @param own scale the scheduler keeps its sample in
 * @returns what the network would be shown next after each evaluation, and the result at the end
 */
export async function walk(
  sampler: Sampler,
  denoise: Denoise,
  start: Tensor,
  levels: readonly Sigma[],
  own: 'sigma' | 'unit',
  { noise, eta, correct }: WalkOptions,
  more: More = {},
): Promise<Tensor[]> {
  const toOwn = (x: Tensor, sigma: number): Tensor => (own === 'unit' ? toUnitScale(x, sigma) : x);
  const fromOwn = (x: Tensor, sigma: number): Tensor => (own === 'unit' ? toSigmaScale(x, sigma) : x);
  const seen: Tensor[] = [];
  const recorded: Denoise = (x, sigma) => {
    seen.push(toOwn(x, sigma));
    return denoise(x, sigma);
  };
  const run = sampler.sample(recorded, fromOwn(start, levels[0] as Sigma), levels, {
    ...more,
    noise,
    ...(eta === undefined ? {} : { eta }),
    ...(correct === undefined
      ? {}
      : { correct: (x: Tensor, sigma: Sigma) => correct(x, sigma === levels.at(-1) ? asSigma(0) : sigma) }),
  });
  let step = await run.next();
  while (step.done !== true) step = await run.next();
  // Samplers that start at unit variance end at it too.
  const end = sampler.initialScale === undefined ? toOwn(step.value, levels.at(-1) as Sigma) : step.value;
  return [...seen.slice(1), end];
}
