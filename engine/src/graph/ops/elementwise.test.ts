import { describe, expect, it } from 'vitest';

import { largestDifference, runGraph, wild } from '../../../test/support/run-graph.ts';
import { constant, input, type Value } from '../value.ts';
import { add, addOptional, cast, cos, gelu, mul, quickGelu, silu, sin } from './elementwise.ts';

const sigmoidOf = (v: number): number => 1 / (1 + Math.exp(-v));

/** Gauss's error function by its series; exact enough for |v| < 3. */
function erf(v: number): number {
  let term = v;
  let sum = v;
  for (let n = 1; n < 60; n++) {
    term *= (-v * v) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Rounding of float32 on numbers about 1. */
const TOLERANCE = 1e-5;

describe('operators that work element by element', () => {
  it.each<[string, (x: Value) => Value, (v: number) => number]>([
    ['sin', sin, Math.sin],
    ['cos', cos, Math.cos],
    ['silu', silu, (v) => v * sigmoidOf(v)],
    ['gelu', gelu, (v) => (v / 2) * (1 + erf(v / Math.SQRT2))],
    ['quickGelu', quickGelu, (v) => v * sigmoidOf(1.702 * v)],
  ])('%s agrees with arithmetic', async (_, operator, arithmetic) => {
    const x = input('x', 'f32', ['n']);
    const data = wild(24).map((v) => 2.5 * v);
    const out = await runGraph({ x }, operator(x), { x: { data, shape: [24] } });
    expect(largestDifference(out.data, Array.from(data, arithmetic))).toBeLessThan(TOLERANCE);
  });

  it('add and mul repeat the smaller one', async () => {
    const x = input('x', 'f32', ['n', 2, 3]);
    const data = wild(12);
    const out = await runGraph({ x }, add(mul(x, constant([2, 3], 'f32', [2, 1])), constant([1, 10, 100])), {
      x: { data, shape: [2, 2, 3] },
    });
    expect(
      largestDifference(
        out.data,
        Array.from(data, (v, i) => v * (2 + (Math.floor(i / 3) % 2)) + 10 ** (i % 3)),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it('an optional summand may be nothing', async () => {
    const x = input('x', 'f32', ['n', 2]);
    const y = input('y', 'f32', ['a', 'b']);
    const data = wild(6);
    const absent = await runGraph({ x, y }, addOptional(x, y), {
      x: { data, shape: [3, 2] },
      y: { data: new Float32Array(1), shape: [1, 1] },
    });
    expect(absent.data).toEqual([...data]);
    const given = await runGraph({ x, y }, addOptional(x, y), {
      x: { data, shape: [3, 2] },
      y: { data, shape: [3, 2] },
    });
    expect(
      largestDifference(
        given.data,
        Array.from(data, (v) => 2 * v),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it('cast reads half precision', async () => {
    const x = input('x', 'f16', [4]);
    // 1, -2, 2^-24, 65504
    const out = await runGraph({ x }, cast(x, 'f32'), {
      x: { data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff), shape: [4] },
    });
    expect(out.data).toEqual([1, -2, 2 ** -24, 65504]);
  });
});
