/** Convolution layer with bias. The one place every kernel of a network passes, so low-rank branches attach here. */
import type { WeightScope } from '../checkpoint/weights.ts';
import { conv2d, NO_AXES, type Axes } from '../graph/ops/network.ts';
import { within } from '../graph/scope.ts';
import type { Value } from '../graph/value.ts';
import { besideKernel } from './branches.ts';
import { parameter } from './parameter.ts';

interface ConvolutionOptions {
  readonly from: number;
  readonly to: number;
  /** Edge of the square kernel; 3 when absent. */
  readonly size?: number;
  readonly stride?: number;
  /** Cells around each side, zeros unless wrapping; half the kernel when absent, which keeps the size at stride 1. */
  readonly padding?: number;
}

/** Along which axes the pictures of the networks being written continue at their opposite edge. */
let wraps = NO_AXES;

/**
 * Runs `write` with convolutions that wrap around, which is all it takes: nothing else in these networks knows where a
 * cell lies. Building a graph is synchronous, so one variable is enough.
 */
export function withWrapping<T>(axes: Axes, write: () => T): T {
  const outer = wraps;
  wraps = axes;
  try {
    return write();
  } finally {
    wraps = outer;
  }
}

/** Where a convolution's padding comes from, for those who write one themselves. */
export const wrapping = (): Axes => wraps;

/** x [n, from, h, w] to [n, to, h', w']. */
export function convolution(x: Value, weights: WeightScope, options: ConvolutionOptions): Value {
  const { from, to, size = 3, stride = 1, padding = Math.floor(size / 2) } = options;
  return within(weights, () => {
    const kernel = parameter(weights.tensor('weight', [to, from, size, size]));
    const y = conv2d(x, kernel, parameter(weights.tensor('bias', [to])), { stride, padding, wraps });
    return besideKernel(x, y, weights.path, { from, to, size, stride, padding, wraps });
  });
}
