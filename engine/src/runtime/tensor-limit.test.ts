import { describe, expect, it } from 'vitest';

import { build } from '../graph/build.ts';
import { withDevice } from '../graph/device.ts';
import { matmul } from '../graph/ops/matmul.ts';
import { transpose } from '../graph/ops/shape.ts';
import { input } from '../graph/value.ts';
import { largestTensorBytes, requireFitting } from './tensor-limit.ts';

const scores = (device: 'cpu' | 'webgpu') =>
  withDevice(device, () => {
    const x = input('x', 'f32', ['n', 't', 8]);
    return build('scores', { x }, { y: matmul(x, transpose(x, [0, 2, 1])) });
  });
const feeds = (tokens: number) => ({ x: { data: new Float32Array(tokens * 8), shape: [1, tokens, 8] } });

describe('the largest tensor of a run', () => {
  it('follows from the extents of its inputs', () => {
    expect(largestTensorBytes(scores('cpu'), feeds(100))).toBe(100 * 100 * 4);
    expect(largestTensorBytes(scores('cpu'), feeds(2))).toBe(2 * 8 * 4);
  });

  it('is refused before WebGPU would compute it wrongly, and only there', () => {
    expect(() => requireFitting(scores('webgpu'), feeds(5792))).not.toThrow();
    expect(() => requireFitting(scores('webgpu'), feeds(5793))).toThrow(/128 MiB/);
    expect(() => requireFitting(scores('cpu'), feeds(9000))).not.toThrow();
  });
});
