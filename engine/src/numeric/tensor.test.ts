import { describe, expect, it } from 'vitest';

import { combine, concatBatch, halved, isFiniteTensor, tensor, weightedSum, zeros } from './tensor.ts';

const row = (...values: number[]) => tensor(Float32Array.from(values), [1, values.length]);

describe('tensor', () => {
  it('is halved to the means of its cells, leaving an odd edge out', () => {
    const x = tensor(Float32Array.of(1, 2, 9, 3, 6, 9, 9, 9, 9), [1, 1, 3, 3]);
    expect(halved(x)).toEqual({ data: Float32Array.of(3), shape: [1, 1, 1, 1] });
  });

  it('refuses data that does not fill its shape', () => {
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow('[2, 3] cannot hold 5 elements');
  });

  it('combines two tensors and leaves them as they were', () => {
    const x = row(1, 2);
    expect([...combine(2, x, -1, row(10, 20)).data]).toEqual([-8, -16]);
    expect([...x.data]).toEqual([1, 2]);
  });

  it('refuses to combine tensors of different size', () => {
    expect(() => combine(1, row(1), 1, row(1, 2))).toThrow('do not go together');
  });

  it('rounds a weighted sum once, not after every term', () => {
    // In float32 1e8 + 1 is 1e8 again.
    expect(
      weightedSum([
        [1, row(1e8)],
        [1, row(1)],
        [-1, row(1e8)],
      ]).data[0],
    ).toBe(1);
  });

  it('lays batches one behind the other', () => {
    expect(concatBatch([zeros([1, 2]), zeros([2, 2])]).shape).toEqual([3, 2]);
  });

  it.each([NaN, Infinity, -Infinity])('sees that %s is not finite', (value) => {
    expect(isFiniteTensor(row(1, value, 2))).toBe(false);
  });

  it('takes the largest float32 numbers for finite', () => {
    expect(isFiniteTensor(row(3.4e38, -3.4e38, 0))).toBe(true);
  });
});
