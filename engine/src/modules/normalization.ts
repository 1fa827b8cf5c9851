/** Layers that bring activations to mean 0 and variance 1, then scale and shift them by learnt vectors. */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add, mul, reciprocalRoot } from '../graph/ops/elementwise.ts';
import { instanceNormalization, layerNormalization, meanLast } from '../graph/ops/network.ts';
import { concat, cut, reshape, reshapeLike } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import { constant, type Value } from '../graph/value.ts';
import { parameter } from './parameter.ts';

/** Every network of the Stable Diffusion line has 32 groups. */
export const NORM_GROUPS = 32;

/** Means and mean squares of groups, f32 [norms, 2, 32], in the order in which norms are written. */
interface Statistics {
  /** What norms go by in place of their own input's; null = their own. */
  readonly given: Value | null;
  /** Gets what each norm's input has, f32 [1, 2, 32]; of a batch of 1. */
  readonly measured: Value[];
}

let statistics: Statistics | null = null;

/**
 * Runs `write` with group norms that tell the statistics of their input, and go by given ones where there are some: a
 * piece of a picture comes out as in the whole only if it is normalised as the whole is. Building a graph is synchronous,
 * so one variable is enough.
 */
export function withStatistics<T>(wanted: Statistics, write: () => T): T {
  const outer = statistics;
  statistics = wanted;
  try {
    return write();
  } finally {
    statistics = outer;
  }
}

/**
 * Over groups of channels and all cells. x [n, channels, h, w].
 *
 * Written as instance normalisation over [n, groups, rest]: as fast as the runtime's own operator on the CPU, and the
 * only form that every device has.
 */
export function groupNorm(x: Value, weights: WeightScope, channels: number, epsilon: number): Value {
  return within(weights, () => {
    const groups = reshape(x, [0, NORM_GROUPS, -1]);
    if (statistics !== null) {
      const index = statistics.measured.length;
      statistics.measured.push(statisticsOf(groups));
      if (statistics.given !== null) return normalizedBy(statistics.given, index, x, weights, channels, epsilon);
    }
    const ones = constant(Array<number>(NORM_GROUPS).fill(1));
    const zeros = constant(Array<number>(NORM_GROUPS).fill(0));
    const normal = reshapeLike(instanceNormalization(groups, ones, zeros, epsilon), x);
    const perChannel = [channels, 1, 1];
    const scaled = mul(normal, parameter(weights.tensor('weight', [channels]), perChannel));
    return add(scaled, parameter(weights.tensor('bias', [channels]), perChannel));
  });
}

/** Mean and mean square along the last axis of [1, 32, m], as [1, 2, 32]. */
function statisticsOf(groups: Value): Value {
  const row = (x: Value): Value => reshape(meanLast(x), [1, 1, NORM_GROUPS]);
  return concat([row(groups), row(mul(groups, groups))], 1);
}

/** x normalised, scaled and shifted in one multiplication and one addition for each channel, by row `index` of what is given. */
function normalizedBy(
  given: Value,
  index: number,
  x: Value,
  weights: WeightScope,
  channels: number,
  epsilon: number,
): Value {
  const row = (which: number): Value => reshape(cut(cut(given, 0, index), 1, which), [NORM_GROUPS, 1]);
  const [mean, meanSquare] = [row(0), row(1)];
  const variance = add(meanSquare, mul(mul(mean, mean), constant([-1])));
  const inverse = reciprocalRoot(add(variance, constant([epsilon]))); // [32, 1]
  const perGroup = [NORM_GROUPS, channels / NORM_GROUPS];
  const factor = mul(parameter(weights.tensor('weight', [channels]), perGroup), inverse);
  const shift = add(parameter(weights.tensor('bias', [channels]), perGroup), mul(mul(factor, mean), constant([-1])));
  return add(mul(x, reshape(factor, [channels, 1, 1])), reshape(shift, [channels, 1, 1]));
}

/** Over the last axis. x [..., width]. */
export function layerNorm(x: Value, weights: WeightScope, width: number): Value {
  return within(weights, () =>
    layerNormalization(
      x,
      parameter(weights.tensor('weight', [width])),
      parameter(weights.tensor('bias', [width])),
      1e-5,
    ),
  );
}
