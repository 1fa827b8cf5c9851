/** Operators of networks that enlarge pictures. */
import { divide, multiply } from '../dims.ts';
import type { Dim } from '../types.ts';
import { constant, graphError, node, type Value } from '../value.ts';

/**
 * Channels laid out as finer cells: [n, c * times², h, w] to [n, c, times * h, times * w]; the channels of one cell lie
 * side by side, as pixel shuffle has them.
 */
export function shufflePixels(x: Value, times: number): Value {
  if (times === 1) return x;
  const [n, c, h, w] = x.shape;
  const channels = c === undefined ? null : divide(c, times * times);
  if (n === undefined || h === undefined || w === undefined || channels === null || x.shape.length !== 4)
    throw graphError('DepthToSpace', `needs four axes and channels in multiples of ${times * times}`, [x]);
  const shape: Dim[] = [n, channels, multiply([times, h]), multiply([times, w])];
  return node('DepthToSpace', [x], [{ dtype: x.dtype, shape }], {
    attributes: { blocksize: { int: times }, mode: { text: 'CRD' } },
  })[0];
}

/** Every cell of [n, c, h, w] repeated `times` times along h and w. */
export function repeatCells(x: Value, times: number): Value {
  if (times === 1) return x;
  const [n, c, h, w] = x.shape;
  if (n === undefined || c === undefined || h === undefined || w === undefined || x.shape.length !== 4)
    throw graphError('Resize', 'needs four axes', [x]);
  const shape = [n, c, multiply([times, h]), multiply([times, w])];
  return node('Resize', [x, null, constant([1, 1, times, times])], [{ dtype: x.dtype, shape }], {
    attributes: {
      mode: { text: 'nearest' },
      coordinate_transformation_mode: { text: 'asymmetric' },
      nearest_mode: { text: 'floor' },
    },
  })[0];
}

/** x where it is positive, x times its channel's slope elsewhere; x [n, c, h, w], slope [c, 1, 1]. */
export function leaky(x: Value, slope: Value): Value {
  const [channels, ...ones] = slope.shape;
  if (x.shape.length !== 4 || channels !== x.shape[1] || ones.length !== 2 || ones.some((extent) => extent !== 1))
    throw graphError('PRelu', 'needs [n, c, h, w] and a slope [c, 1, 1]', [x, slope]);
  return node('PRelu', [x, slope], [{ dtype: x.dtype, shape: x.shape }])[0];
}
