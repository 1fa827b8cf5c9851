/**
 * FreeU: on the way up, half of what comes from below is made stronger, and the coarsest waves of what skips the levels
 * weaker. No training, four numbers.
 *
 * The first version agrees with diffusers' `enable_freeu`. The second is the authors' later one, as ComfyUI's and
 * Forge's: its rows are told apart by width, and a cell is made stronger as strongly as it speaks already.
 * Source: Si et al. 2023, "FreeU: Free Lunch in Diffusion U-Net", and the authors' published formulas.
 */
import { add, cast, cos, div, larger, mul, sin, smaller, sub } from '../../graph/ops/elementwise.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { reduceMax, reduceMean, reduceMin } from '../../graph/ops/reduce.ts';
import { countAlong } from '../../graph/ops/select.ts';
import { concat, gather, halves, reshape, reshapeLike, shapeOf, transpose } from '../../graph/ops/shape.ts';
import { constant, type Value } from '../../graph/value.ts';
import { BLOCKS_PER_LEVEL, type UnetConfig } from './config.ts';
import type { FreeuVersion } from './options.ts';

/** Which of the two pairs of factors. */
type Stage = 0 | 1;

/** The stage of a row on the way up, whose input from below is `x`; null = none. */
export function freeuStage(version: FreeuVersion, row: number, x: Value, { channels }: UnetConfig): Stage | null {
  const levels = [...new Set(channels)].toSorted((a, b) => b - a);
  const stage = version === '1' ? Math.floor(row / (BLOCKS_PER_LEVEL + 1)) : levels.indexOf(x.shape[1] as number);
  return stage === 0 || stage === 1 ? stage : null;
}

interface FreeuOptions {
  readonly version: FreeuVersion;
  readonly stage: Stage;
  /** f32 [4]: backbone 1 and 2, skip 1 and 2. 1 changes nothing. */
  readonly factors: Value;
}

/** @returns what comes from below [n, c, h, w], and what skips [n, d, h, w], both changed */
export function freeu(x: Value, skip: Value, { version, stage, factors }: FreeuOptions): readonly [Value, Value] {
  const factorAt = (index: number): Value => gather(factors, constant([index], 'i64')); // [1]
  const more = sub(factorAt(stage), constant([1]));
  const less = sub(factorAt(2 + stage), constant([1]));
  const [first, second] = halves(x, 1);
  const amount = version === '1' ? more : mul(strength(x), more);
  return [concat([add(first, mul(first, amount)), second], 1), add(skip, mul(coarsest(skip), less))];
}

/** How strongly each cell speaks among those of its picture, 0 .. 1: the mean over channels, [n, 1, h, w]. */
function strength(x: Value): Value {
  const mean = reduceMean(x, [1]);
  const low = reduceMin(mean, [2, 3]);
  const spread = sub(reduceMax(mean, [2, 3]), low);
  // All cells alike, as where there is only one: none speaks more than another.
  return div(sub(mean, low), larger(spread, constant([1e-12])));
}

/**
 * The waves of frequency -1 and 0 along each axis, [n, c, h, w]. The reference cuts them out of a Fourier transform, and
 * takes the real part of what is left; four waves are quicker written out.
 */
function coarsest(x: Value): Value {
  const [height, width] = [cast(shapeOf(x, 2, 3), 'f32'), cast(shapeOf(x, 3, 4), 'f32')]; // [1]
  const down = constant([0, 1, 0, 1], 'f32', [4, 1, 1]);
  const across = constant([0, 0, 1, 1], 'f32', [4, 1, 1]);
  const phases = add(mul(down, turns(x, 2, height, [1, -1, 1])), mul(across, turns(x, 3, width, [1, 1, -1])));
  const waves = reshape(concat([cos(phases), sin(phases)], 0), [8, -1]); // [8, h*w]
  // An axis of one cell has no frequency -1.
  const present = mul(presence(down, height), presence(across, width)); // [4, 1, 1]
  const share = div(reshape(present, [4, 1]), mul(height, width));
  const amounts = matmul(reshape(x, [0, 0, -1]), transpose(waves, [1, 0])); // [n, c, 8]
  return reshapeLike(matmul(amounts, mul(waves, concat([share, share], 0))), x);
}

/** Angles of the cells along an axis, a full turn in all. */
function turns(x: Value, axis: number, extent: Value, shape: readonly number[]): Value {
  return reshape(mul(cast(countAlong(x, axis), 'f32'), div(constant([2 * Math.PI]), extent)), shape);
}

/** 1, but 0 for waves along an axis of extent 1. */
function presence(isAlong: Value, extent: Value): Value {
  const has = smaller(sub(extent, constant([1])), constant([1]));
  return add(sub(constant([1]), isAlong), mul(isAlong, has));
}
