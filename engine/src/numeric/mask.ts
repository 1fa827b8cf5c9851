/**
 * Masks of a picture or a latent: f32 [1 or n, 1, h, w], 1 = paint here, 0 = keep.
 *
 * Drawing, blurring and scaling masks for people is not done here; this is what the walk needs of them.
 */
import { StudioError } from '@easel/shared/errors';

import type { Tensor } from './tensor.ts';

/** From half on a mask paints. */
const THRESHOLD = 0.5;

/** Every value to 0 or 1. */
export function binarizeMask({ data, shape }: Tensor): Tensor {
  return { data: data.map((value) => (value < THRESHOLD ? 0 : 1)), shape };
}

/**
 * A mask of pixels as a mask of latent cells: each cell takes the pixel at its upper left corner.
 * @source torch's `interpolate` in its nearest mode, which the diffusers pipelines use
 */
export function shrinkMask({ data, shape }: Tensor, h: number, w: number): Tensor {
  const [n = 1, , fromHeight = 0, fromWidth = 0] = shape;
  const out = new Float32Array(n * h * w);
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < h; y++) {
      const row = (i * fromHeight + Math.floor((y * fromHeight) / h)) * fromWidth;
      for (let x = 0; x < w; x++) out[(i * h + y) * w + x] = data[row + Math.floor((x * fromWidth) / w)] as number;
    }
  }
  return { data: out, shape: [n, 1, h, w] };
}

/**
 * mask * inside + (1 - mask) * outside, in every channel.
 *
 * @param mask of the same height and width; one for all pictures of the batch or one for each
 * @param inside f32 [n, c, h, w]
 * @param outside like `inside`, or one for all [1, c, h, w]
 * @throws graph_invalid when the sizes differ
 */
export function blendByMask(mask: Tensor, inside: Tensor, outside: Tensor): Tensor {
  const [n = 1, c = 1, h = 0, w = 0] = inside.shape;
  const plane = h * w;
  const fits = (count: number, each: number): boolean => count === n * each || count === each;
  if (!fits(mask.data.length, plane) || !fits(outside.data.length, c * plane)) {
    throw new StudioError(
      'graph_invalid',
      `A mask [${mask.shape.join(', ')}] cannot blend [${inside.shape.join(', ')}] and [${outside.shape.join(', ')}].`,
    );
  }
  const data = new Float32Array(inside.data.length);
  for (let at = 0; at < data.length; at++) {
    const share = mask.data[((Math.floor(at / (c * plane)) * plane) % mask.data.length) + (at % plane)] as number;
    data[at] = share * (inside.data[at] as number) + (1 - share) * (outside.data[at % outside.data.length] as number);
  }
  return { data, shape: inside.shape };
}
