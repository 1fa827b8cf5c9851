/**
 * From given pictures to what a walk and a network are told of them: a latent to begin at, and what goes in beside it.
 *
 * Pictures are f32 [n, 3, H, W] in [-1, 1], H and W multiples of the latent's cells; masks as in `numeric/mask`.
 */
import { binarizeMask, blendByMask, shrinkMask } from '../numeric/mask.ts';
import type { NoiseSource } from '../numeric/noise-source.ts';
import { concatChannels, scale, tensor, zeros, type Tensor } from '../numeric/tensor.ts';
import type { Pipeline, Size } from './types.ts';

/** Channels of an inpainting network: the latent, the mask, and the latent of what the mask leaves. */
export const INPAINT_CHANNELS = 4 + 1 + 4;

/**
 * The latent of a picture, in the sampler's scale: [n, c, h, w].
 *
 * @param noise one draw, for a sample as the reference pipelines take it; absent = the mean, which changes nothing that
 *   can be seen and needs no draw
 */
export async function latentOfPicture(pipeline: Pipeline, picture: Tensor, noise?: NoiseSource): Promise<Tensor> {
  const { mean, deviation } = await pipeline.encodeImage(picture);
  if (noise === undefined) return mean;
  const drawn = noise.draw(mean.shape);
  const data = mean.data.map((value, i) => value + (deviation.data[i] as number) * (drawn.data[i] as number));
  return { data, shape: mean.shape };
}

/**
 * What an inpainting network reads beside the latent: the mask in cells, and the latent of the picture with grey where
 * the mask paints. f32 [n, 1 + 4, h, w].
 *
 * @param mask in pixels, one for each picture
 * @param noise as for {@link latentOfPicture}
 */
export async function inpaintingInput(
  pipeline: Pipeline,
  picture: Tensor,
  mask: Tensor,
  noise?: NoiseSource,
): Promise<Tensor> {
  const hard = binarizeMask(mask);
  const left = blendByMask(hard, zeros(picture.shape), picture);
  const latent = await latentOfPicture(pipeline, left, noise);
  const [, , h = 0, w = 0] = latent.shape;
  return concatChannels(shrinkMask(hard, h, w), latent);
}

/**
 * The same where there is no picture to paint in: paint everything, and grey below the mask. The WebUI's way of text to
 * image on such checkpoints. f32 [1, 1 + 4, h, w].
 */
export function emptyInpaintingInput(pipeline: Pipeline, { width, height }: Size): Promise<Tensor> {
  const everything = tensor(new Float32Array(height * width).fill(1), [1, 1, height, width]);
  return inpaintingInput(pipeline, zeros([1, 3, height, width]), everything);
}

/** What InstructPix2Pix reads beside the latent: the picture's mean latent in the VAE's own scale, [n, c, h, w]. */
export async function instructionInput(pipeline: Pipeline, picture: Tensor): Promise<Tensor> {
  const { mean } = await pipeline.encodeImage(picture);
  return scale(mean, 1 / pipeline.facts.latent.scale);
}
