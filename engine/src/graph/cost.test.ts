import { describe, expect, it } from 'vitest';

import { costsOfRuns } from './cost.ts';
import { evaluateDim } from './dims.ts';
import { add, mul, tanh } from './ops/elementwise.ts';
import { conv2d, matmulTransposed, multiHeadAttention } from './ops/network.ts';
import { reshape } from './ops/shape.ts';
import { input, weight } from './value.ts';

const stored = (shape: number[]) =>
  weight({ name: shape.join('x'), file: '/w', offset: 0, byteLength: 0, dtype: 'f32', shape });
const cost = (out: Parameters<typeof costsOfRuns>[0][number], extents: Record<string, number>) => {
  const [only] = costsOfRuns([out], [extents]);
  return only ?? { flops: Number.NaN, peakBytes: Number.NaN };
};

describe('the cost of a run', () => {
  it('counts two operations for each weight of a convolution and each cell it makes', () => {
    const x = input('x', 'f32', ['n', 4, 'h', 'w']);
    const y = conv2d(x, stored([8, 4, 3, 3]), stored([8]), { padding: 1 });
    expect(cost(y, { n: 1, h: 5, w: 7 }).flops).toBe(2 * 8 * 4 * 9 * 35);
    expect(cost(y, { n: 2, h: 5, w: 7 }).flops).toBe(4 * 8 * 4 * 9 * 35);
  });

  it('counts matrix products and both products of attention', () => {
    const x = input('x', 'f32', ['n', 't', 16]);
    const q = matmulTransposed(x, stored([32, 16]));
    expect(cost(q, { n: 1, t: 10 }).flops).toBe(2 * 10 * 16 * 32);
    const source = input('s', 'f32', ['n', 's', 16]);
    const attended = multiHeadAttention(x, source, source, 2);
    expect(cost(attended, { n: 1, t: 10, s: 3 }).flops).toBe(4 * 10 * 16 * 3);
  });

  it('keeps what is still to be read and lets go of the rest', () => {
    const x = input('x', 'f32', ['n']);
    const a = mul(x, x);
    // a and its square are alive together; the sum takes the place of one of them.
    expect(cost(add(mul(a, a), a), { n: 100 }).peakBytes).toBe(800);
    // A chain takes its own place again and again.
    expect(cost(tanh(tanh(tanh(mul(x, x)))), { n: 100 }).peakBytes).toBe(400);
  });

  it('takes another shape of the same numbers for the same numbers', () => {
    const x = input('x', 'f32', ['n', 2, 'm']);
    expect(cost(reshape(mul(x, x), [0, -1, 1]), { n: 1, m: 50 }).peakBytes).toBe(400);
  });
});

describe('an extent with numbers put in', () => {
  it.each([
    [7, 7],
    ['h*w', 12],
    ['2*(h+1)*w', 32],
    ['(h-1)/2', 1],
    ['h+w/3', 4],
  ])('%s', (dim, expected) => {
    expect(evaluateDim(dim, { h: 3, w: 4 })).toBe(expected);
  });

  it('needs all of them', () => {
    expect(() => evaluateDim('h*x', { h: 3 })).toThrow(expect.objectContaining({ code: 'graph_invalid' }));
  });
});
