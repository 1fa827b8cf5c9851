/** Which generator a request's random numbers come from. */
import type { RngSource } from '@easel/shared/generation';

import type { NoiseSource } from '../numeric/noise-source.ts';
import { philoxNoise } from '../numeric/philox.ts';
import { torchNoise } from '../numeric/torch-random.ts';

const SOURCES: Readonly<Record<RngSource, (seed: number) => NoiseSource>> = { nv: philoxNoise, cpu: torchNoise };

/** One source per picture: its first draw is the initial noise, later ones feed samplers that ask for more. */
export function noiseSource(rng: RngSource, seed: number): NoiseSource {
  return SOURCES[rng](seed);
}
