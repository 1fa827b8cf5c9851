import { describe, expect, it } from 'vitest';

import { tensor } from '../numeric/tensor.ts';
import { pictureFromTensor, previewFromLatent } from './pixels.ts';

describe('a decoded picture as bytes', () => {
  it('interleaves the planes, clamps, and rounds to the nearest', () => {
    const planes = [-1, 1, 0, 2, -3, 0.5].map(Math.fround);
    const { width, height, rgb } = pictureFromTensor(tensor(Float32Array.from(planes), [1, 3, 1, 2]));
    expect([width, height]).toEqual([2, 1]);
    expect([...rgb]).toEqual([0, 128, 0, 255, 255, 191]);
  });

  it('refuses values that are not numbers instead of saving black', () => {
    const image = tensor(Float32Array.from([0, Number.NaN, 0]), [1, 3, 1, 1]);
    expect(() => pictureFromTensor(image)).toThrow(expect.objectContaining({ code: 'not_finite' }));
  });
});

describe('a preview of a latent', () => {
  it('maps each cell to one pixel by the matrix and the bias', () => {
    const latent = tensor(Float32Array.from([1, 0, 0, 1]), [1, 2, 1, 2]);
    const matrix: [number, number, number][] = [
      [1, 0, 0],
      [0, -1, 0.5],
    ];
    const { rgb } = previewFromLatent(latent, { matrix, bias: [0, 0, 0] });
    expect([...rgb]).toEqual([255, 128, 128, 128, 0, 191]);
  });
});
