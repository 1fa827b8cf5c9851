import { describe, expect, it } from 'vitest';

import { runGraph, wild } from '../../../test/support/run-graph.ts';
import { input, type Value } from '../value.ts';
import { add, and, cast, div, larger, modulo, smaller, sub } from './elementwise.ts';
import { matmul } from './matmul.ts';
import { argMax, orderDown, reduceMax, reduceMean, reduceMin, reduceNorm } from './reduce.ts';
import {
  addEach,
  countAlong,
  equal,
  forEach,
  greater,
  not,
  onesFor,
  positionsOf,
  putEach,
  splitAfter,
  takeAll,
  takeEach,
  where,
} from './select.ts';
import { reshape } from './shape.ts';

const X = input('x', 'f32', ['n', 'm', 'd']);
const NUMBERS = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60), shape: [2, 3, 2] };
const K = input('k', 'i64', ['n', 'k']);
const places = (shape: number[], ...values: number[]) => ({ data: BigInt64Array.from(values, BigInt), shape });

const numbersOf = async (output: Value, inputs: Record<string, Value>, feeds: Parameters<typeof runGraph>[2]) =>
  (await runGraph(inputs, output.dtype === 'f32' ? output : cast(output, 'f32'), feeds)).data;

describe('operators that pick', () => {
  it('take the same entries of every row, or each row its own', async () => {
    const same = takeAll(X, input('k', 'i64', ['k']));
    expect(await numbersOf(same, { x: X, k: input('k', 'i64', ['k']) }, { x: NUMBERS, k: places([2], 2, 0) })).toEqual([
      5, 6, 1, 2, 50, 60, 10, 20,
    ]);
    expect(await numbersOf(takeEach(X, K), { x: X, k: K }, { x: NUMBERS, k: places([2, 1], 2, 1) })).toEqual([
      5, 6, 30, 40,
    ]);
  });

  it('put numbers in their places, and add rows to theirs, several to one if need be', async () => {
    const row = input('x', 'f32', ['n', 'm']);
    const updates = input('u', 'f32', ['n', 'k']);
    const put = await numbersOf(
      putEach(row, K, updates),
      { x: row, k: K, u: updates },
      {
        x: { data: new Float32Array(3), shape: [1, 3] },
        k: places([1, 2], 2, 0),
        u: { data: Float32Array.of(7, 8), shape: [1, 2] },
      },
    );
    expect(put).toEqual([8, 0, 7]);
    const more = input('u', 'f32', ['n', 'k', 'd']);
    const added = await numbersOf(
      addEach(X, K, more),
      { x: X, k: K, u: more },
      {
        x: NUMBERS,
        k: places([2, 2], 1, 1, 0, 2),
        u: { data: Float32Array.of(100, 200, 1000, 2000, 1, 1, 2, 2), shape: [2, 2, 2] },
      },
    );
    expect(added).toEqual([1, 2, 1103, 2204, 5, 6, 11, 21, 30, 40, 52, 62]);
  });

  it('count, repeat and cut along an axis whose length is known only when running', async () => {
    expect(await numbersOf(countAlong(X, 1), { x: X }, { x: NUMBERS })).toEqual([0, 1, 2]);
    expect(await numbersOf(forEach(countAlong(X, 2), X), { x: X }, { x: NUMBERS })).toEqual([0, 1, 0, 1]);
    expect(await numbersOf(onesFor(X), { x: X }, { x: NUMBERS })).toEqual([1, 1, 1, 1, 1, 1]);
    const count = input('c', 'i64', [1]);
    const [first, rest] = splitAfter(X, count, ['first', 'rest']);
    const feeds = { x: NUMBERS, c: places([1], 1) };
    expect(await numbersOf(first, { x: X, c: count }, feeds)).toEqual([1, 2, 10, 20]);
    expect(await numbersOf(rest, { x: X, c: count }, feeds)).toEqual([3, 4, 5, 6, 30, 40, 50, 60]);
  });

  it('choose by conditions, and find where they hold', async () => {
    const x = input('x', 'f32', ['m']);
    const y = input('y', 'f32', ['m']);
    const feeds = {
      x: { data: Float32Array.of(1, -1, 3, -0), shape: [4] },
      y: { data: Float32Array.of(5, 6, 7, 8), shape: [4] },
    };
    const zero = input('z', 'f32', [1]);
    const all = { x, y, z: zero };
    const fed = { ...feeds, z: { data: new Float32Array(1), shape: [1] } };
    expect(await numbersOf(where(greater(x, zero), x, y), all, fed)).toEqual([1, 6, 3, 8]);
    expect(await numbersOf(positionsOf(not(greater(x, zero)), 'found'), all, fed)).toEqual([1, 3]);
    const three = input('t', 'f32', [1]);
    const isOther = and(greater(x, zero), not(equal(x, three)));
    const wider = { ...all, t: three };
    expect(
      await numbersOf(where(isOther, x, y), wider, { ...fed, t: { data: Float32Array.of(3), shape: [1] } }),
    ).toEqual([1, 6, 7, 8]);
    const rest = modulo(countAlong(x, 0), input('i', 'i64', [1]));
    expect(await numbersOf(rest, { x, i: input('i', 'i64', [1]) }, { x: feeds.x, i: places([1], 3) })).toEqual([
      0, 1, 2, 0,
    ]);
  });

  it('refuse a condition of another rank', () => {
    const flag = greater(input('c', 'f32', ['m']), input('z', 'f32', [1]));
    expect(() => where(flag, X, X)).toThrow('Where');
  });
});

describe('operators that reduce', () => {
  it('agree with plain arithmetic', async () => {
    const feeds = { x: { data: Float32Array.of(3, 4, -6, 8, 0, 2), shape: [1, 3, 2] } };
    const along = async (value: Value) => numbersOf(value, { x: X }, feeds);
    expect(await along(reduceMean(X, [1]))).toEqual([-1, 14 / 3].map(Math.fround));
    expect(await along(reduceMax(X, [1, 2]))).toEqual([8]);
    expect(await along(reduceMin(X, [-1]))).toEqual([3, -6, 0]);
    expect(await along(reduceNorm(X, [2]))).toEqual([5, 10, 2]);
    expect(await along(argMax(X))).toEqual([1, 1, 1]);
  });

  it('sort from the largest down, the first of equals first', async () => {
    const x = input('x', 'f32', ['n', 'm']);
    const feeds = { x: { data: Float32Array.of(2, 9, 2, 5), shape: [1, 4] } };
    expect(await numbersOf(orderDown(x), { x }, feeds)).toEqual([1, 3, 0, 2]);
  });

  it('multiply matrices by matrices', async () => {
    const a = input('a', 'f32', ['n', 2, 'k']);
    const b = input('b', 'f32', ['k', 2]);
    const feeds = {
      a: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [1, 2, 3] },
      b: { data: Float32Array.of(1, 0, 0, 1, 1, 1), shape: [3, 2] },
    };
    expect(await numbersOf(matmul(a, b), { a, b }, feeds)).toEqual([4, 5, 10, 11]);
    expect(() => matmul(a, a)).toThrow('MatMul');
  });
});

describe('arithmetic of two values', () => {
  it.each([
    [sub, (a: number, b: number) => a - b],
    [div, (a: number, b: number) => a / b],
    [smaller, Math.min],
    [larger, Math.max],
    [add, (a: number, b: number) => a + b],
  ])('%# broadcasts', async (operator, plain) => {
    const a = input('a', 'f32', ['h', 1]);
    const b = input('b', 'f32', [1, 'w']);
    const feeds = { a: { data: wild(3), shape: [3, 1] }, b: { data: wild(2, 2), shape: [1, 2] } };
    const expected = [...feeds.a.data].flatMap((x) => [...feeds.b.data].map((y) => Math.fround(plain(x, y))));
    expect(await numbersOf(reshape(operator(a, b), [-1]), { a, b }, feeds)).toEqual(expected);
  });
});
