/** From tensors to bytes: finished pictures, and the small colour previews of a latent. */
import { SessionError } from '@easel/shared/errors';

import type { LatentPreview } from '../families/types.ts';
import { isFiniteTensor, type Tensor } from '../numeric/tensor.ts';

/** Packed RGB, row by row, three bytes a pixel. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** [-1, 1] to 0..255, rounded to the nearest, as the reference pipelines do. */
const toByte = (value: number): number => Math.round(Math.min(Math.max((value + 1) * 127.5, 0), 255));

/**
 * A decoded picture as bytes.
 *
 * @param image f32 [1, 3, h, w] in about [-1, 1]
 * @throws not_finite rather than saving a black picture as a success
 */
export function pictureFromTensor(image: Tensor): RgbPicture {
  const [, , height = 0, width = 0] = image.shape;
  if (!isFiniteTensor(image)) {
    throw new SessionError('not_finite', 'The decoder returned values that are not numbers.', {
      hint: 'The checkpoint may be damaged; verify or download it again.',
    });
  }
  const plane = width * height;
  const rgb = new Uint8Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) rgb[i * 3 + channel] = toByte(image.data[channel * plane + i] as number);
  }
  return { width, height, rgb };
}

/**
 * One pixel per latent cell by the family's linear map: costs nothing beside a step.
 *
 * @param latent predicted clean latent, f32 [1, c, h, w]
 */
export function previewFromLatent(latent: Tensor, { matrix, bias }: LatentPreview): RgbPicture {
  const [, , height = 0, width = 0] = latent.shape;
  const plane = width * height;
  const rgb = new Uint8Array(plane * 3);
  for (let i = 0; i < plane; i++) {
    for (let color = 0; color < 3; color++) {
      let value = bias[color] as number;
      for (const [channel, row] of matrix.entries()) {
        value += (latent.data[channel * plane + i] as number) * (row[color] as number);
      }
      rgb[i * 3 + color] = toByte(value);
    }
  }
  return { width, height, rgb };
}
