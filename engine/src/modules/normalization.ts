/** Layers that bring activations to mean 0 and variance 1, then scale and shift them by learnt vectors. */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add, mul } from '../graph/ops/elementwise.ts';
import { instanceNormalization, layerNormalization } from '../graph/ops/network.ts';
import { reshape, reshapeLike } from '../graph/ops/shape.ts';
import { within } from '../graph/scope.ts';
import { constant, type Value } from '../graph/value.ts';
import { parameter } from './parameter.ts';

/** Every network of the Stable Diffusion line has 32 groups. */
const GROUPS = 32;

/**
 * Over groups of channels and all cells. x [n, channels, h, w].
 *
 * Written as instance normalisation over [n, groups, rest]: as fast as the runtime's own operator on the CPU, and the
 * only form that every device has.
 */
export function groupNorm(x: Value, weights: WeightScope, channels: number, epsilon: number): Value {
  return within(weights, () => {
    const groups = reshape(x, [0, GROUPS, -1]);
    const ones = constant(Array<number>(GROUPS).fill(1));
    const zeros = constant(Array<number>(GROUPS).fill(0));
    const normal = reshapeLike(instanceNormalization(groups, ones, zeros, epsilon), x);
    const perChannel = [channels, 1, 1];
    const scaled = mul(normal, parameter(weights.tensor('weight', [channels]), perChannel));
    return add(scaled, parameter(weights.tensor('bias', [channels]), perChannel));
  });
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
