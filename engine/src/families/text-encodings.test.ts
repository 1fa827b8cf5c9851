import { describe, expect, it } from 'vitest';

import { TextEncodings } from './text-encodings.ts';
import type { TextEncoding } from './types.ts';

/** Encodes a row as its number and counts how often it was asked. */
function countingEncoder(rows: readonly number[]): { encode: (row: number) => Promise<TextEncoding>; asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    async encode(row) {
      const value = rows[row] as number;
      asked.push(value);
      return Promise.resolve({
        hidden: { data: Float32Array.of(value, value), shape: [1, 2, 1] },
        pooled: { data: Float32Array.of(-value), shape: [1, 1] },
      });
    },
  };
}

describe('text encodings', () => {
  it('are joined in the order of their rows', async () => {
    const { encode } = countingEncoder([3, 5]);
    const { hidden, pooled } = await new TextEncodings().all(['a', 'b'], encode);
    expect(hidden).toEqual({ data: Float32Array.of(3, 3, 5, 5), shape: [2, 2, 1] });
    expect(pooled).toEqual({ data: Float32Array.of(-3, -5), shape: [2, 1] });
  });

  it('are made once for each row, also for rows that differ beside it', async () => {
    const encodings = new TextEncodings();
    const first = countingEncoder([3, 5]);
    await encodings.all(['a', 'b'], first.encode);
    const second = countingEncoder([3, 7]);
    const { hidden } = await encodings.all(['a', 'c'], second.encode);
    expect(second.asked).toEqual([7]);
    expect([...hidden.data]).toEqual([3, 3, 7, 7]);
    await encodings.all(['b', 'b'], second.encode);
    expect(second.asked).toEqual([7]);
  });

  it('are forgotten in the order of their last use when they become too many', async () => {
    const encodings = new TextEncodings(24);
    const { encode, asked } = countingEncoder([1]);
    await encodings.all(['a'], encode);
    await encodings.all(['b'], encode);
    await encodings.all(['a'], encode);
    await encodings.all(['c'], encode);
    expect(encodings.bytes).toBe(24);
    asked.length = 0;
    await encodings.all(['a'], encode);
    expect(asked).toEqual([]);
    await encodings.all(['b'], encode);
    expect(asked).toEqual([1]);
  });

  it('cannot be changed by who got them', async () => {
    const encodings = new TextEncodings();
    const { encode } = countingEncoder([4]);
    (await encodings.all(['a'], encode)).hidden.data.fill(0);
    expect([...(await encodings.all(['a'], encode)).hidden.data]).toEqual([4, 4]);
  });

  it('keep nothing of a row that could not be encoded', async () => {
    const encodings = new TextEncodings();
    await expect(encodings.all(['a'], async () => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
    expect(encodings.bytes).toBe(0);
  });
});
