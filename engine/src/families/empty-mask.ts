/**
 * What an inpainting network is told where there is no picture to paint in: paint everything, and grey below the mask.
 *
 * The WebUI's way of text to image on such checkpoints.
 */
import { concatChannels, tensor, zeros, type Tensor } from '../numeric/tensor.ts';
import type { Pipeline, Size } from './types.ts';

/** Channels beside the latent: the mask, and the latent of what it leaves. */
export const INPAINT_CHANNELS = 4 + 1 + 4;

/** f32 [1, 1 + 4, h, w] in latent cells; mask 1 = paint here. */
export async function emptyMask(pipeline: Pipeline, { width, height }: Size): Promise<Tensor> {
  const { mean } = await pipeline.encodeImage(zeros([1, 3, height, width]));
  const [, , h = 0, w = 0] = mean.shape;
  return concatChannels(tensor(new Float32Array(h * w).fill(1), [1, 1, h, w]), mean);
}
