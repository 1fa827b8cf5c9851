import { describe, expect, it } from 'vitest';

import { largestDifference, runGraph, wild } from '../../../test/support/run-graph.ts';
import { input } from '../value.ts';
import { conv2d, instanceNormalization, layerNormalization, matmulTransposed, multiHeadAttention } from './network.ts';

const at = (data: ArrayLike<number>, i: number): number => data[i] ?? 0;

/** Rounding of float32 on numbers about 1. */
const TOLERANCE = 1e-5;

describe('operators of networks', () => {
  it.each([
    [1, 1, { x: false, y: false }],
    [2, 1, { x: false, y: false }],
    [2, 0, { x: false, y: false }],
    [1, 1, { x: true, y: false }],
    [1, 1, { x: false, y: true }],
    [2, 1, { x: true, y: true }],
    [2, 0, { x: true, y: true }],
  ])(
    'conv2d agrees with the sum over its window, stride %i, padding %i, wrapping %o',
    async (stride, padding, wraps) => {
      const [h, w] = [5, 4];
      const within = (at: number, extent: number, doesWrap: boolean): number =>
        doesWrap ? (at + extent) % extent : at >= 0 && at < extent ? at : -1;
      const x = input('x', 'f32', ['n', 2, 'h', 'w']);
      const k = input('k', 'f32', [3, 2, 3, 3]);
      const b = input('b', 'f32', [3]);
      const feeds = {
        x: { data: wild(2 * h * w), shape: [1, 2, h, w] },
        k: { data: wild(54, 2), shape: [3, 2, 3, 3] },
        b: { data: wild(3, 3), shape: [3] },
      };
      const out = await runGraph({ x, k, b }, conv2d(x, k, b, { stride, padding, wraps }), feeds);
      const [oh, ow] = [h, w].map((extent) => Math.floor((extent + 2 * padding - 3) / stride) + 1) as [number, number];
      const expected: number[] = [];
      for (let o = 0; o < 3; o++) {
        for (let y = 0; y < oh; y++) {
          for (let z = 0; z < ow; z++) {
            let sum = at(feeds.b.data, o);
            for (let c = 0; c < 2; c++) {
              for (let i = 0; i < 9; i++) {
                const row = within(y * stride - padding + Math.floor(i / 3), h, wraps.y);
                const column = within(z * stride - padding + (i % 3), w, wraps.x);
                if (row < 0 || column < 0) continue;
                sum += at(feeds.k.data, (o * 2 + c) * 9 + i) * at(feeds.x.data, (c * h + row) * w + column);
              }
            }
            expected.push(sum);
          }
        }
      }
      expect(out.shape).toEqual([1, 3, oh, ow]);
      expect(largestDifference(out.data, expected)).toBeLessThan(TOLERANCE);
    },
  );

  it('matmulTransposed takes the weight as PyTorch stores it', async () => {
    const x = input('x', 'f32', ['n', 't', 3]);
    const k = input('k', 'f32', [2, 3]);
    const feeds = { x: { data: wild(12), shape: [2, 2, 3] }, k: { data: wild(6, 2), shape: [2, 3] } };
    const out = await runGraph({ x, k }, matmulTransposed(x, k), feeds);
    const expected = Array.from({ length: 8 }, (_, i) =>
      [0, 1, 2].reduce(
        (sum, j) => sum + at(feeds.x.data, Math.floor(i / 2) * 3 + j) * at(feeds.k.data, (i % 2) * 3 + j),
        0,
      ),
    );
    expect(largestDifference(out.data, expected)).toBeLessThan(TOLERANCE);
  });

  it('normalises over the last axis and over cells', async () => {
    const data = wild(12);
    const [scale, bias] = [wild(4, 5), wild(4, 6)];
    const normal = (values: readonly number[], epsilon: number): number[] => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      return values.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
    };
    const s = input('s', 'f32', [4]);
    const b = input('b', 'f32', [4]);
    const x = input('x', 'f32', ['n', 4]);
    const layer = await runGraph({ x, s, b }, layerNormalization(x, s, b, 0.1), {
      x: { data, shape: [3, 4] },
      s: { data: scale, shape: [4] },
      b: { data: bias, shape: [4] },
    });
    expect(
      largestDifference(
        layer.data,
        [0, 1, 2].flatMap((row) =>
          normal(Array.from(data.slice(row * 4, row * 4 + 4)), 0.1).map((v, i) => v * at(scale, i) + at(bias, i)),
        ),
      ),
    ).toBeLessThan(TOLERANCE);

    const cells = input('x', 'f32', ['n', 4, 'h']);
    const instance = await runGraph({ x: cells, s, b }, instanceNormalization(cells, s, b, 0.1), {
      x: { data, shape: [1, 4, 3] },
      s: { data: scale, shape: [4] },
      b: { data: bias, shape: [4] },
    });
    expect(
      largestDifference(
        instance.data,
        [0, 1, 2, 3].flatMap((c) =>
          normal(Array.from(data.slice(c * 3, c * 3 + 3)), 0.1).map((v) => v * at(scale, c) + at(bias, c)),
        ),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it.each([false, true])('attention is a softmax over keys for each head (causal: %s)', async (causal) => {
    const [t, heads, size] = [5, 2, 4];
    const width = heads * size;
    const [q, k, v] = (['q', 'k', 'v'] as const).map((name) => input(name, 'f32', ['n', 't', width])) as [
      ReturnType<typeof input>,
      ReturnType<typeof input>,
      ReturnType<typeof input>,
    ];
    const [dq, dk, dv] = [wild(t * width, 1), wild(t * width, 2), wild(t * width, 3)] as const;
    const shape = [1, t, width];
    const out = await runGraph({ q, k, v }, multiHeadAttention(q, k, v, heads, causal), {
      q: { data: dq, shape },
      k: { data: dk, shape },
      v: { data: dv, shape },
    });
    const expected: number[] = [];
    for (let i = 0; i < t; i++) {
      for (let c = 0; c < width; c++) {
        const first = Math.floor(c / size) * size;
        const weights = Array.from({ length: causal ? i + 1 : t }, (_, j) => {
          let dot = 0;
          for (let d = first; d < first + size; d++) dot += at(dq, i * width + d) * at(dk, j * width + d);
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = weights.reduce((a, b) => a + b, 0);
        expected.push(weights.reduce((sum, weight, j) => sum + (weight / total) * at(dv, j * width + c), 0));
      }
    }
    expect(largestDifference(out.data, expected)).toBeLessThan(TOLERANCE);
  });
});
