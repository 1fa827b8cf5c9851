import { describe, expect, it } from 'vitest';

import { build } from './build.ts';
import { add, mul, tanh } from './ops/elementwise.ts';
import { conv2d, matmulTransposed, multiHeadAttention } from './ops/network.ts';
import { concat, reshape, reshapeLike, transpose } from './ops/shape.ts';
import { within } from './scope.ts';
import { input, weight, type Value } from './value.ts';

const thrownBy = (write: () => unknown): { code?: string; message: string; details?: Record<string, unknown> } => {
  try {
    write();
  } catch (error) {
    return error as { code: string; message: string; details: Record<string, unknown> };
  }
  throw new Error('nothing was thrown');
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('operators', () => {
  it('infer shapes with names in them', () => {
    const x = input('x', 'f32', ['n', 64, 'h', 'w']);
    expect(reshape(x, [0, 32, -1]).shape).toEqual(['n', 32, '2*h*w']);
    expect(transpose(reshape(x, [0, 64, -1]), [0, 2, 1]).shape).toEqual(['n', 'h*w', 64]);
    expect(concat([x, x], 1).shape).toEqual(['n', 128, 'h', 'w']);
    expect(reshapeLike(reshape(x, [0, 32, -1]), x).shape).toEqual(x.shape);
  });

  it('throw in the line that wrote them, naming module, operator and shapes', () => {
    const x = input('x', 'f32', ['n', 4, 'h', 'w']);
    const y = input('y', 'f32', ['n', 5, 'h', 'w']);
    const error = thrownBy(() => within({ path: 'unet.out.2' }, () => add(x, y)));
    expect(error.code).toBe('graph_invalid');
    expect(error.message).toContain('unet.out.2: Add');
    expect(error.message).toContain('f32 [n, 4, h, w] and f32 [n, 5, h, w]');
    expect(error.details).toMatchObject({ path: 'unet.out.2', operator: 'Add' });
  });

  it.each<[string, (x: Value) => Value]>([
    ['two axes of different names added', (x) => add(x, input('y', 'f32', ['n', 4, 'w', 'h']))],
    ['an addition across element types', (x) => add(x, input('y', 'i64', ['n', 4, 'h', 'w']))],
    ['a convolution over other channels', (x) => conv2d(x, input('k', 'f32', [8, 3, 3, 3]), null)],
    ['a matrix of another width', (x) => matmulTransposed(x, input('k', 'f32', [8, 5]))],
    ['a reshape that loses elements', (x) => reshape(x, [0, 3, -1])],
    ['a tanh of integers', () => tanh(input('i', 'i64', [2]))],
    [
      'attention heads that do not divide',
      () =>
        multiHeadAttention(
          input('q', 'f32', ['n', 't', 10]),
          input('k', 'f32', ['n', 's', 10]),
          input('v', 'f32', ['n', 's', 10]),
          4,
        ),
    ],
    [
      'attention over keys without values',
      () =>
        multiHeadAttention(
          input('q', 'f32', ['n', 't', 8]),
          input('k', 'f32', ['n', 's', 8]),
          input('v', 'f32', ['n', 'u', 8]),
          4,
        ),
    ],
  ])('refuse %s', (_, write) => {
    expect(thrownBy(() => write(input('x', 'f32', ['n', 4, 'h', 'w']))).code).toBe('graph_invalid');
  });
});

describe('build', () => {
  it('emits only what the outputs reach, named by module', () => {
    const x = input('x', 'f32', ['n', 4]);
    const used = within({ path: 'net.used' }, () => mul(x, x));
    within({ path: 'net.dead' }, () => tanh(x));
    const model = build('net', { x }, { y: used });
    expect(text(model.bytes)).toContain('net.used/Mul');
    expect(text(model.bytes)).not.toContain('net.dead');
  });

  it('gives nodes of one module different names', () => {
    const x = input('x', 'f32', [4]);
    const y = within({ path: 'net' }, () => add(add(x, x), x));
    expect(text(build('net', { x }, { y }).bytes)).toContain('net/Add_1');
  });

  it('refuses an input that was not declared', () => {
    const x = input('x', 'f32', [4]);
    expect(thrownBy(() => build('net', {}, { y: tanh(x) })).message).toContain('undeclared input x');
  });

  it('leaves weights where they lie and counts them', () => {
    const w = weight({
      name: 'w',
      file: '/models/a b/ü.safetensors',
      offset: 6_500_000_123,
      byteLength: 16,
      dtype: 'f16',
      shape: [8],
    });
    const model = build('net', {}, { w });
    expect(model).toMatchObject({ externalRoot: '/', weightBytes: 16, weightElements: 8 });
    expect(Buffer.from(model.bytes).includes(Buffer.from('models/a b/ü.safetensors'))).toBe(true);
    expect(text(model.bytes)).toContain('6500000123');
  });

  it('builds chains too deep for recursion', () => {
    const x = input('x', 'f32', [1]);
    let y: Value = x;
    for (let i = 0; i < 20_000; i++) y = add(y, x);
    expect(build('deep', { x }, { y }).bytes.length).toBeGreaterThan(20_000);
  });
});
