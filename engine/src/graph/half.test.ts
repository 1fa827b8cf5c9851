import { describe, expect, it } from 'vitest';

import { largestDifference, runGraph, wild } from '../../test/support/run-graph.ts';
import { inHalf } from './half.ts';
import { add, cos, mul, silu } from './ops/elementwise.ts';
import { conv2d } from './ops/network.ts';
import { doubleNearest, reshape } from './ops/shape.ts';
import { constant, input, type Value } from './value.ts';

const numbers = (shape: readonly number[], seed: number): Value =>
  constant(
    [
      ...wild(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    ],
    'f32',
    shape,
  );

/** Element type of what an operator of the graph gives. */
const dtypeOf = (operator: string, { source }: Value): string | undefined => {
  if (source.kind !== 'node') return undefined;
  if (source.operator === operator) return source.outputs[0]?.dtype;
  return source.inputs
    .flatMap((each) => (each === null ? [] : [dtypeOf(operator, each)]))
    .find((found) => found !== undefined);
};

describe('a network in half precision', () => {
  it('takes and gives float32 and computes nearly the same', async () => {
    const x = input('x', 'f32', ['n', 4, 'h', 'w']);
    const y = doubleNearest(silu(conv2d(x, numbers([8, 4, 3, 3], 1), numbers([8], 2), { padding: 1 })));
    const { half } = inHalf({ half: y }) as { half: Value };
    expect(half.dtype).toBe('f32');
    expect(half.shape).toEqual(y.shape);
    const feeds = { x: { data: wild(4 * 5 * 6), shape: [1, 4, 5, 6] } };
    const exact = await runGraph({ x }, y, feeds);
    const rounded = await runGraph({ x }, half, feeds);
    const off = largestDifference(exact.data, rounded.data);
    expect(off).toBeLessThan(0.02);
    // The CPU has few operators in half precision and converts around the others: that they are f16 shows in the graph.
    expect(dtypeOf('Conv', half)).toBe('f16');
    expect(dtypeOf('Resize', half)).toBe('f16');
  });

  it('keeps what sinusoids are computed from exact', async () => {
    const t = input('t', 'f32', ['n']);
    const waves = cos(mul(reshape(t, [-1, 1]), constant([1, 0.5], 'f32', [1, 2])));
    const feeds = { t: { data: Float32Array.of(999.3, 501.7), shape: [2] } };
    const { half } = inHalf({ half: add(waves, waves) }) as { half: Value };
    const expected = [999.3, 501.7].flatMap((at) => [2 * Math.cos(Math.fround(at)), 2 * Math.cos(Math.fround(at) / 2)]);
    expect(dtypeOf('Cos', half)).toBe('f32');
    expect(dtypeOf('Add', half)).toBe('f16');
    expect(largestDifference((await runGraph({ t }, half, feeds)).data, expected)).toBeLessThan(2e-3);
  });

  it('goes through chains too deep for recursion', () => {
    let x = input('x', 'f32', [2]);
    for (let i = 0; i < 20_000; i++) x = add(x, x);
    expect(inHalf({ x })['x']?.dtype).toBe('f32');
  });
});
