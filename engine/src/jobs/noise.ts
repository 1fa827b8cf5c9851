/** The random numbers of one picture: the noise it begins with, and what its sampler draws on the way. */
import type { RngSource, TextToImageParameters } from '@easel/shared/generation';
import { optionOf } from '@easel/shared/options/values';

import { brownianNoise } from '../numeric/brownian.ts';
import type { NoiseSource } from '../numeric/noise-source.ts';
import { philoxNoise } from '../numeric/philox.ts';
import type { Sigma } from '../numeric/sigma.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { torchNoise } from '../numeric/torch-random.ts';
import { mixNoise, pasteCentre } from '../numeric/variation.ts';
import type { Sampler } from '../samplers/types.ts';

const SOURCES: Readonly<Record<RngSource, (seed: number) => NoiseSource>> = { nv: philoxNoise, cpu: torchNoise };

/** What decides a picture's noise. */
type NoiseParameters = Pick<
  TextToImageParameters,
  'rng' | 'seed' | 'variationSeed' | 'variationStrength' | 'seedResizeWidth' | 'seedResizeHeight' | 'ensd'
>;

export interface PictureNoise {
  /** Unit variance, f32 [1, c, h, w]. */
  readonly first: Tensor;
  /**
   * What a sampler draws from: the picture's own source, or a Brownian tree over the walk's levels for samplers that ask
   * for one.
   */
  readonly steps: (sampler: Sampler, sigmas: readonly Sigma[]) => NoiseSource;
}

/**
 * @param parameters of one picture: its own seeds
 * @param shape of the latent, [1, c, h, w]
 * @param pixelsPerCell along one axis; sizes to resize a seed from are in pixels
 * @source the WebUI's ImageRNG: the variation is mixed at the size the seed is resized from, whose noise has a generator
 *   of its own, so that the picture's is drawn from once whatever the options
 */
export function pictureNoise(
  parameters: NoiseParameters,
  shape: readonly number[],
  pixelsPerCell: number,
): PictureNoise {
  const makeNoise = SOURCES[parameters.rng];
  const { seed } = parameters;
  const own = makeNoise(seed);
  const [width, height] = [optionOf(parameters, 'seedResizeWidth'), optionOf(parameters, 'seedResizeHeight')];
  const from =
    width > 0 && height > 0
      ? [1, shape[1] as number, Math.floor(height / pixelsPerCell), Math.floor(width / pixelsPerCell)]
      : shape;
  const isResized = from.some((extent, axis) => extent !== shape[axis]);

  let first = isResized ? makeNoise(seed).draw(from) : own.draw(shape);
  const strength = optionOf(parameters, 'variationStrength');
  if (strength > 0) first = mixNoise(strength, first, makeNoise(optionOf(parameters, 'variationSeed')).draw(from));
  if (isResized) first = pasteCentre(first, own.draw(shape));

  const delta = optionOf(parameters, 'ensd');
  const later = delta === 0 ? own : makeNoise(seed + delta);
  return {
    first,
    steps: (sampler, sigmas) => (sampler.usesBrownianNoise === true ? brownianNoise(seed, sigmas, makeNoise) : later),
  };
}
