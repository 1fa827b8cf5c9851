/**
 * Ways to give tokens weight in what a text encoder made of a chunk. One line per way in {@link EMPHASES}.
 *
 * Parsing and chunks are in shared/src/prompt; which way a job takes is an option of its request.
 */
import type { Tensor } from '../numeric/tensor.ts';

export interface Emphasis {
  /** One of the choices of the option `emphasis`, where its words stand. */
  readonly id: string;
  /** Brackets and numbers are part of the text. */
  readonly isLiteral?: boolean;
  /** Needs the encoding of a chunk without text, as long as the others. */
  readonly comparesWithEmpty?: boolean;
  /**
   * Factor on what is made of the text when nobody sees a part of it, beside 1 for the whole; all are divided by their sum.
   * For every part of less weight than 1.
   *
   * @param weight of the part
   */
  readonly factorWithout?: (weight: number) => number;
  /**
   * @param encoded one chunk, f32 [t, d] row by row; not changed
   * @param weights t of them, not all 1
   * @param empty the chunk without text, as long as `encoded`; null where it was not asked for
   */
  apply(encoded: Float32Array, weights: readonly number[], empty: Float32Array | null): Float32Array;
}

/** Every token's state times its weight. */
function multiplied(encoded: Float32Array, weights: readonly number[]): Float32Array {
  const width = encoded.length / weights.length;
  return encoded.map((value, i) => value * (weights[Math.floor(i / width)] as number));
}

/** In double precision: the means of random states are near 0 and their ratio is used as a factor. */
function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** @source the WebUI's `Original`: states times weights, then the mean of the whole chunk is what it was */
const original: Emphasis = {
  id: 'original',
  apply(encoded, weights) {
    const weighted = multiplied(encoded, weights);
    const factor = mean(encoded) / mean(weighted);
    return Number.isFinite(factor) ? weighted.map((value) => value * factor) : weighted;
  },
};

/** @source the WebUI's `No norm` */
const noNorm: Emphasis = {
  id: 'no-norm',
  apply: multiplied,
};

/** @source ComfyUI: away from, or towards, what the encoder makes of no text */
const comfy: Emphasis = {
  id: 'comfy',
  comparesWithEmpty: true,
  apply(encoded, weights, empty) {
    if (empty === null) return multiplied(encoded, weights);
    const width = encoded.length / weights.length;
    return encoded.map((value, i) => {
      const from = empty[i] as number;
      return from + (value - from) * (weights[Math.floor(i / width)] as number);
    });
  },
};

/** Where the tangent is no number any more. */
const LEAST_WEIGHT = 1e-5;

/** @source compel 2: as ComfyUI, and parts of less weight than 1 also by what the encoder makes of the text without them */
const compel: Emphasis = {
  ...comfy,
  id: 'compel',
  factorWithout: (weight) => Math.tan(((1 - Math.max(weight, LEAST_WEIGHT)) * Math.PI) / 2),
};

/** @source the WebUI's `Ignore`: brackets are read and mean nothing */
const ignore: Emphasis = {
  id: 'ignore',
  apply: (encoded) => encoded,
};

/** @source the WebUI's `None` */
const none: Emphasis = {
  id: 'none',
  isLiteral: true,
  apply: (encoded) => encoded,
};

export const DEFAULT_EMPHASIS = original;
/** For texts of programs that know no weights. */
export const LITERAL_EMPHASIS = none;
export const EMPHASES: readonly Emphasis[] = [original, noNorm, comfy, compel, ignore, none];

/** @throws RangeError for an id that is not in the table; requests have been checked against it */
export function findEmphasis(id: string): Emphasis {
  const found = EMPHASES.find((each) => each.id === id);
  if (found === undefined) throw new RangeError(`there is no emphasis ${id}`);
  return found;
}

/**
 * Rows with their weights put to work.
 *
 * @param hidden f32 [rows, t, d]
 * @param weights for each row t of them
 * @param empty f32 [1, t, d]: the row without text; null where the way does not ask for it
 */
export function emphasise(
  hidden: Tensor,
  weights: readonly (readonly number[])[],
  emphasis: Emphasis,
  empty: Tensor | null,
): Tensor {
  if (weights.every((row) => row.every((weight) => weight === 1))) return hidden;
  const size = hidden.data.length / weights.length;
  const data = new Float32Array(hidden.data.length);
  for (const [row, own] of weights.entries()) {
    const encoded = hidden.data.subarray(row * size, (row + 1) * size);
    const isPlain = own.every((weight) => weight === 1);
    data.set(isPlain ? encoded : emphasis.apply(encoded, own, empty?.data ?? null), row * size);
  }
  return { data, shape: hidden.shape };
}
