/**
 * The operations of our networks, each a small function with fixed numbers: what a device is tried with before it may
 * compute pictures. Sizes are those at which operators are known to change their ways, not those of a real network.
 */
import { add, addOptional, cast, cos, gelu, mul, quickGelu, silu, sin } from '../graph/ops/elementwise.ts';
import { conv2d, instanceNormalization, layerNormalization } from '../graph/ops/network.ts';
import {
  concat,
  doubleNearest,
  gather,
  halves,
  nearestLike,
  pad2d,
  pick,
  reshape,
  reshapeLike,
  transpose,
} from '../graph/ops/shape.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { dialect } from './dialect.ts';
import type { Ports } from './ports.ts';

const BATCH = 2;
const CHANNELS = 32;
const CELLS = 12;
const TOKENS = 77;
const WIDTH = 64;

/** Numbers without a pattern in [-1, 1), the same every time. */
export function numbersFor(count: number): Float32Array {
  let state = 0x2545f491;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

const numbers = (shape: readonly number[], factor = 1): Value =>
  constant(
    [...numbersFor(shape.reduce((a, b) => a * b, 1))].map((value) => value * factor),
    'f32',
    shape,
  );

/** What is fed to them, by input and extents. */
export const SELF_TEST_FEEDS = {
  cells: [BATCH, CHANNELS, CELLS, CELLS + 4],
  tokens: [BATCH, TOKENS, WIDTH],
  text: [BATCH, 9, WIDTH],
} as const;

/** Inputs as in {@link SELF_TEST_FEEDS}; one output for each operation, named for what a person would call it. */
export function selfTest(): Ports {
  const cells = input('cells', 'f32', [BATCH, CHANNELS, 'h', 'w']);
  const tokens = input('tokens', 'f32', [BATCH, TOKENS, WIDTH]);
  const text = input('text', 'f32', [BATCH, 's', WIDTH]);

  const convolved = (size: number, options: { stride?: number; padding?: number }): Value =>
    conv2d(cells, numbers([48, CHANNELS, size, size], 0.1), numbers([48]), options);
  const linear = (x: Value, from: number, to: number): Value =>
    add(dialect().linear(x, numbers([to, from], 0.05)), numbers([to]));
  const narrow = (x: Value, width: number): Value => linear(x, WIDTH, width);
  // Softmax over like scores would hide mistakes: keys are made to differ.
  const attended = (x: Value, heads: number, size: number, causal = false): Value => {
    const width = heads * size;
    return dialect().attention(narrow(tokens, width), narrow(x, width), narrow(x, width), heads, causal);
  };
  const row = reshape(cells, [0, CHANNELS, -1]);
  const groups = reshape(cells, [0, 8, -1]);
  const normal = instanceNormalization(
    groups,
    constant(Array<number>(8).fill(1)),
    constant(Array<number>(8).fill(0)),
    1e-5,
  );
  const angles = mul(numbers([1, 64], 500), constant([0.7], 'f32', [1, 1]));
  const [value, gate] = halves(narrow(tokens, 256), -1);
  const ids = constant([3, 0, 6, 1], 'i64', [2, 2]);

  return {
    inputs: { cells, tokens, text },
    outputs: {
      'a 3x3 convolution': convolved(3, { padding: 1 }),
      'a 1x1 convolution': convolved(1, {}),
      'a convolution of stride 2': convolved(3, { stride: 2, padding: 1 }),
      'a convolution of padded cells': conv2d(
        pad2d(cells, { right: 1, bottom: 1 }),
        numbers([16, CHANNELS, 3, 3], 0.1),
        null,
        { stride: 2 },
      ),
      'a product with weights': narrow(tokens, 320),
      'group normalisation': reshapeLike(normal, cells),
      'layer normalisation': layerNormalization(tokens, numbers([WIDTH]), numbers([WIDTH]), 1e-5),
      'attention, heads of 40': attended(tokens, 8, 40),
      'attention, heads of 64': attended(text, 4, 64),
      'attention, heads of 80': attended(text, 2, 80),
      'attention, heads of 160': attended(tokens, 2, 160),
      'attention, one head of 512': attended(tokens, 1, 512),
      'causal attention': attended(tokens, 4, 64, true),
      silu: silu(cells),
      gelu: mul(value, gelu(gate)),
      'quick gelu': quickGelu(cells),
      sinusoids: concat([cos(angles), sin(angles)], 1),
      'a sum with one number': addOptional(cells, numbers([1, 1, 1, 1])),
      'doubled cells': doubleNearest(cells),
      'cells brought to a size': nearestLike(convolved(3, { stride: 2, padding: 1 }), cells),
      'turned cells': transpose(row, [0, 2, 1]),
      'rows of a table': gather(numbers([7, 48]), ids),
      'a picked row': pick(text, constant([8, 2], 'i64', [2, 1])),
      'half precision': cast(cast(cells, 'f16'), 'f32'),
    },
  };
}
