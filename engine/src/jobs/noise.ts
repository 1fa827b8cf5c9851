/** Which generator a request's random numbers come from. */
import type { RngSource } from '@easel/shared/generation';

import { brownianNoise } from '../numeric/brownian.ts';
import type { NoiseSource } from '../numeric/noise-source.ts';
import { philoxNoise } from '../numeric/philox.ts';
import type { Sigma } from '../numeric/sigma.ts';
import { torchNoise } from '../numeric/torch-random.ts';
import type { Sampler } from '../samplers/types.ts';

const SOURCES: Readonly<Record<RngSource, (seed: number) => NoiseSource>> = { nv: philoxNoise, cpu: torchNoise };

/** One source per picture: its first draw is the initial noise, later ones feed samplers that ask for more. */
export function noiseSource(rng: RngSource, seed: number): NoiseSource {
  return SOURCES[rng](seed);
}

/**
 * What a sampler draws from on the way: the picture's own source, or a Brownian tree over the walk's levels for samplers
 * that ask for one.
 *
 * @param source the picture's source, its initial noise already drawn
 */
export function stepNoise(
  sampler: Sampler,
  source: NoiseSource,
  rng: RngSource,
  seed: number,
  sigmas: readonly Sigma[],
): NoiseSource {
  return sampler.usesBrownianNoise === true ? brownianNoise(seed, sigmas, SOURCES[rng]) : source;
}
