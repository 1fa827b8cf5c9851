/** Between pictures of cells and rows of tokens. */
import { reshape, reshapeLike, transpose } from '../graph/ops/shape.ts';
import type { Value } from '../graph/value.ts';

/** [n, channels, h, w] to [n, h*w, channels]. */
export function cellsToTokens(x: Value, channels: number): Value {
  return transpose(reshape(x, [0, channels, -1]), [0, 2, 1]);
}

/** [n, h*w, channels] to the [n, channels, h, w] of `like`. */
export function tokensToCells(x: Value, like: Value): Value {
  return reshapeLike(transpose(x, [0, 2, 1]), like);
}
