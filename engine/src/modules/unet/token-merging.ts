/**
 * Token merging: before self-attention the tokens that are most alike become one, and after it each gets the answer of
 * the one it became. Fewer tokens, less time, some loss of detail.
 *
 * Agrees with tomesd 0.1.3 without randomness, which is how the WebUI calls it: of every four cells the upper left one
 * stays, and the others are merged into whichever of those they are most like. Source: Bolya and Hoffman 2023, "Token
 * Merging for Fast Stable Diffusion".
 */
import { add, and, cast, div, modulo, smaller, sub } from '../../graph/ops/elementwise.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { argMax, orderDown, reduceMax, reduceNorm } from '../../graph/ops/reduce.ts';
import {
  addEach,
  countAlong,
  equal,
  forEach,
  greater,
  not,
  onesFor,
  positionsOf,
  putEach,
  splitAfter,
  takeAll,
  takeEach,
} from '../../graph/ops/select.ts';
import { concat, reshape, shapeOf, transpose } from '../../graph/ops/shape.ts';
import { constant, type Value } from '../../graph/value.ts';

export interface TokenMerging {
  /** [n, t, d] to fewer tokens: those left alone, then those merged into. */
  merge(x: Value): Value;
  /** The tokens after {@link merge} back to [n, t, d]. */
  unmerge(x: Value): Value;
}

/**
 * Which tokens become which, by how alike they are.
 *
 * @param x tokens [n, h*w, d] of the picture's own cells
 * @param sample the network's input [n, c, h, w], for its extents
 * @param merged how many tokens to be rid of, f32 [1]; more than three in four are never merged
 */
export function tokenMerging(x: Value, sample: Value, merged: Value): TokenMerging {
  const [targets, sources] = splitCells(sample);
  const unit = div(x, reduceNorm(x, [-1]));
  const likeness = matmul(takeAll(unit, sources), transpose(takeAll(unit, targets), [0, 2, 1])); // [n, s, t]
  const nearest = argMax(likeness); // [n, s]
  const best = reduceMax(likeness, [-1]); // [n, s, 1]
  const order = orderDown(reshape(best, [0, -1]));
  const count = smaller(cast(merged, 'i64'), shapeOf(sources));
  const [gone, left] = splitAfter(order, count, ['gone', 'left']); // numbers of sources, [n, gone] and [n, left]
  const destination = takeEach(nearest, gone); // numbers of targets, [n, gone]

  const merge = (y: Value): Value => {
    const from = takeAll(y, sources);
    const into = takeAll(y, targets);
    const going = takeEach(from, gone);
    const sum = addEach(into, destination, going);
    const counts = addEach(onesFor(into), destination, onesFor(going));
    return concat([takeEach(from, left), div(sum, counts)], 1);
  };

  const unmerge = (y: Value): Value => {
    const leftCount = shapeOf(left, 1, 2);
    const numberOf = (place: Value): Value => add(place, leftCount);
    const everyTarget = forEach(targets, x);
    const places = concat([takeEach(forEach(sources, x), left), everyTarget, takeEach(forEach(sources, x), gone)], 1);
    const numbers = concat(
      [forEach(countAlong(left, 1), x), numberOf(forEach(countAlong(targets, 0), x)), numberOf(destination)],
      1,
    );
    return takeEach(y, putEach(forEach(countAlong(x, 1), x), places, numbers));
  };
  return { merge, unmerge };
}

/** Numbers of the cells that stay, the upper left of every whole block of 2 by 2, and of all others. */
function splitCells(sample: Value): readonly [targets: Value, sources: Value] {
  const stays = (axis: number, shape: readonly number[]): Value => {
    const count = countAlong(sample, axis);
    const extent = shapeOf(sample, axis, axis + 1);
    const isEven = equal(modulo(count, constant([2], 'i64')), constant([0], 'i64'));
    // The last of an odd number of cells is in no whole block.
    const isLast = greater(count, sub(extent, constant([2], 'i64')));
    return reshape(and(isEven, not(isLast)), shape);
  };
  const mask = reshape(and(stays(2, [-1, 1]), stays(3, [1, -1])), [-1]);
  return [positionsOf(mask, 'targets'), positionsOf(not(mask), 'sources')];
}
