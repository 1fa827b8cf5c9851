/** PNDM: PLMS with a warm-up of three Runge-Kutta steps, as it was published; four evaluations each for those. */
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { scale, weightedSum, type Tensor } from '../numeric/tensor.ts';
import { ADAMS_BASHFORTH } from './adams.ts';
import { slopeOf } from './slopes.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';
import { webuiTimestepSigmas } from './webui-timesteps.ts';

/** Steps that are made by Runge-Kutta, until there are slopes enough to look back on. */
const WARM_UP = 3;

/**
 * Where a Runge-Kutta step looks: first at the end of half a step, then twice at the middle. They differ where timesteps
 * are whole numbers and the step is odd.
 */
export type MiddleOf = (sigma: Sigma, next: Sigma) => readonly [first: Sigma, second: Sigma];

const geometric: MiddleOf = (sigma, next) => {
  const middle = asSigma(Math.sqrt(sigma * next));
  return [middle, middle];
};

/** @source Liu et al. 2022 (PNDM), Alg. 2: eq. 13 for the first three steps, eq. 12 for the others */
export const makePndmSample = (middleOf: MiddleOf = geometric): Sample =>
  async function* (denoise, x, sigmas, o) {
    const count = sigmas.length - 1;
    let slopes: Tensor[] = [];
    for (let i = 0; i < count; i++) {
      const sigma = sigmas[i] as Sigma;
      const next = sigmas[i + 1] as Sigma;
      const before = x;
      const denoised = await denoise(x, sigma);
      const slope = slopeOf(x, sigma, denoised);
      slopes = [slope, ...slopes].slice(0, ADAMS_BASHFORTH.length);
      const along = (target: Sigma, by: readonly (readonly [number, Tensor])[]): Tensor =>
        weightedSum([[1, before], ...by.map(([weight, each]) => [weight * (target - sigma), each] as const)]);
      if (next === 0) {
        x = denoised;
      } else if (i < WARM_UP) {
        const [first, second] = middleOf(sigma, next);
        const look = async (at: Sigma, by: Tensor): Promise<Tensor> => {
          const y = along(at, [[1, by]]);
          return slopeOf(y, at, await denoise(y, at));
        };
        const half = await look(first, slope);
        const again = await look(second, half);
        const end = await look(next, again);
        x = along(next, [
          [1 / 6, slope],
          [1 / 3, half],
          [1 / 3, again],
          [1 / 6, end],
        ]);
      } else {
        const weights = ADAMS_BASHFORTH[slopes.length - 1] as readonly number[];
        x = along(
          next,
          slopes.map((each, k) => [weights[k] as number, each] as const),
        );
      }
      x = settle(x, next, i, o);
      yield { index: i, count, sigma, x: before, denoised };
    }
    const end = sigmas.at(-1) as Sigma;
    return scale(x, 1 / Math.sqrt(end * end + 1));
  };

export const pndm: Sampler = {
  id: 'pndm',
  label: 'PNDM',
  aliases: [],
  summary: 'PLMS with an exact start: nine evaluations more, with its own schedule.',
  defaultSchedule: 'ddim',
  evaluationsPerStep: 1,
  isStochastic: false,
  sample: makePndmSample(),
  ownSigmas: webuiTimestepSigmas,
  initialScale: (first) => Math.sqrt(first * first + 1),
};
