import { describe, expect, it } from 'vitest';

import { binarizeMask, blendByMask, shrinkMask } from './mask.ts';
import { tensor } from './tensor.ts';

describe('masks', () => {
  it('paint from half on', () => {
    const mask = tensor(Float32Array.of(0, 0.49, 0.5, 1), [1, 1, 2, 2]);
    expect([...binarizeMask(mask).data]).toEqual([0, 0, 1, 1]);
  });

  it('are shrunk to the pixel in the upper left corner of each cell, also where cells are not whole', () => {
    const pixels = tensor(
      Float32Array.from({ length: 4 * 6 }, (_, i) => i),
      [1, 1, 4, 6],
    );
    expect([...shrinkMask(pixels, 2, 3).data]).toEqual([0, 2, 4, 12, 14, 16]);
    // floor(x * 6 / 4) = 0, 1, 3, 4
    expect([...shrinkMask(pixels, 1, 4).data]).toEqual([0, 1, 3, 4]);
  });

  it('are shrunk for every picture of a batch', () => {
    const two = tensor(
      Float32Array.from({ length: 8 }, (_, i) => i),
      [2, 1, 2, 2],
    );
    expect(shrinkMask(two, 1, 1)).toEqual({ data: Float32Array.of(0, 4), shape: [2, 1, 1, 1] });
  });

  it('blend every channel and picture, softly where they are soft', () => {
    const mask = tensor(Float32Array.of(0, 1, 0.25), [1, 1, 1, 3]);
    const inside = tensor(new Float32Array(12).fill(4), [2, 2, 1, 3]);
    const outside = tensor(Float32Array.of(0, 1, 2, 3, 4, 5), [1, 2, 1, 3]);
    const row = [0, 4, 0.25 * 4 + 0.75 * 2, 3, 4, 0.25 * 4 + 0.75 * 5];
    expect([...blendByMask(mask, inside, outside).data]).toEqual([...row, ...row]);
  });

  it('of each picture of a batch blend their own', () => {
    const masks = tensor(Float32Array.of(0, 1), [2, 1, 1, 1]);
    const ones = tensor(Float32Array.of(1, 1, 1, 1), [2, 2, 1, 1]);
    const zeros = tensor(new Float32Array(4), [2, 2, 1, 1]);
    expect([...blendByMask(masks, ones, zeros).data]).toEqual([0, 0, 1, 1]);
  });

  it('of another size are refused', () => {
    const mask = tensor(new Float32Array(3), [1, 1, 1, 3]);
    const picture = tensor(new Float32Array(4), [1, 1, 2, 2]);
    expect(() => blendByMask(mask, picture, picture)).toThrow('cannot blend');
  });
});
