import { describe, expect, it } from 'vitest';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { TensorEntry } from '../checkpoint/tensor-entry.ts';
import { evaluateDim } from '../graph/dims.ts';
import { compact } from './compact.ts';
import { recogniseUpscaler } from './open-upscaler.ts';

const header = (shapes: Readonly<Record<string, readonly number[]>>): CheckpointHeader => ({
  file: '/models/upscalers/some.pth',
  fileBytes: 0,
  modifiedMs: 0,
  metadata: new Map(),
  tensors: new Map(
    Object.entries(shapes).map(([name, shape]): [string, TensorEntry] => [
      name,
      { name, dtype: 'F16', shape, offset: 0, byteLength: 0 },
    ]),
  ),
});

/** A compact network of `depth` convolutions. */
const network = (width: number, depth: number, scale: number) => {
  const shapes: Record<string, readonly number[]> = {};
  for (let i = 0; i < depth; i++) {
    const [from, to] = [i === 0 ? 3 : width, i === depth - 1 ? 3 * scale * scale : width];
    shapes[`body.${2 * i}.weight`] = [to, from, 3, 3];
    shapes[`body.${2 * i}.bias`] = [to];
    if (i < depth - 1) shapes[`body.${2 * i + 1}.weight`] = [width];
  }
  return shapes;
};

describe('a compact upscaler', () => {
  it.each([
    [64, 18, 4],
    [24, 5, 2],
    [16, 3, 1],
  ])('of %i channels and %i convolutions enlarges %i times, by its shapes alone', (width, depth, scale) => {
    const file = header(network(width, depth, scale));
    const { upscaler, facts } = recogniseUpscaler(file);
    expect(upscaler.id).toBe('compact');
    expect(facts).toEqual({ scale, reach: depth });
    const [image] = upscaler.build(file).outputs;
    const extents = { n: 1, h: 10, w: 12 };
    expect(image?.shape.map((dim) => evaluateDim(dim, extents))).toEqual([1, 3, 10 * scale, 12 * scale]);
  });

  it('is not what has a layer more, another name or no square of channels', () => {
    expect(compact.detect(header({ ...network(16, 3, 2), 'upsampler.weight': [12] }))).toBeNull();
    expect(compact.detect(header({ ...network(16, 3, 2), 'body.4.weight': [10, 16, 3, 3] }))).toBeNull();
    expect(compact.detect(header({ 'model.0.weight': [64, 3, 3, 3] }))).toBeNull();
  });

  it('is refused by name where a tensor is missing', () => {
    const { 'body.2.bias': _, ...rest } = network(16, 3, 2);
    expect(() => compact.build(header(rest))).toThrow(/body\.2\.bias is missing/);
  });

  it('is the only kind, and what is none is told so', () => {
    expect(() => recogniseUpscaler(header({ 'model.0.weight': [64, 3, 3, 3] }))).toThrow(
      /some\.pth is no upscaler of a kind that Easel knows: Compact/,
    );
  });
});
