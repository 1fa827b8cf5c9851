/** How far numbers are from the expected ones, and what a check reports. A NaN anywhere is a miss, never a pass. */
import type { StoredTensor } from '../support/read-safetensors.ts';

export interface Check {
  /** What was compared, e.g. `a` or `a (state.3)`. */
  readonly name: string;
  /** `unknown`: the case asks for a part that Easel does not have (yet); never counted as passed. */
  readonly status: 'pass' | 'fail' | 'unknown';
  readonly error: number;
  readonly bound: number;
  /** Why a check failed or is unknown, where numbers do not say it. */
  readonly note?: string;
}

interface Numbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export type Measure = 'std' | 'value' | 'absolute';

/** One comparison of several that a check is made of. */
export interface Comparison {
  readonly name: string;
  readonly error: number;
  readonly bound: number;
  readonly note?: string;
}

/**
 * Largest difference, relative to the expectation's standard deviation (`std`), to each value (`value`, for tables)
 * or to nothing (`absolute`). Integers and 8-bit images are always absolute.
 */
function errorOf(actual: Numbers, expected: StoredTensor, measure: Measure): number {
  const { data } = expected;
  if (actual.data.length !== data.length) return NaN;
  const kind = data instanceof Float32Array ? measure : 'absolute';
  const spread = kind === 'std' ? standardDeviation(data) : 1;
  let worst = 0;
  for (let i = 0; i < data.length; i++) {
    const want = data[i] as number;
    const difference = Math.abs((actual.data[i] as number) - want);
    const error = difference === 0 ? 0 : difference / (kind === 'value' && want !== 0 ? Math.abs(want) : spread);
    // Written so that NaN becomes the worst and stays it.
    if (!(error <= worst)) worst = error;
    if (Number.isNaN(worst)) return NaN;
  }
  return worst;
}

/** Population deviation; 1 where it says nothing (one element, or all alike). */
function standardDeviation(data: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < data.length; i++) mean += data[i] as number;
  mean /= data.length;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += ((data[i] as number) - mean) ** 2;
  const deviation = Math.sqrt(sum / data.length);
  return deviation > 0 ? deviation : 1;
}

/** Compares one tensor. Integers must agree exactly, 8-bit images within 1, everything else within `bound`. */
export function compare(
  name: string,
  actual: Numbers,
  expected: StoredTensor,
  bound: number,
  measure: Measure = 'std',
): Comparison {
  const limit = expected.data instanceof Float32Array ? bound : expected.data instanceof Uint8Array ? 1 : 0;
  const sameShape =
    actual.shape.length === expected.shape.length && actual.shape.every((n, i) => n === expected.shape[i]);
  if (!sameShape) {
    return {
      name,
      error: NaN,
      bound: limit,
      note: `shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`,
    };
  }
  return { name, error: errorOf(actual, expected, measure), bound: limit };
}

const isWithin = ({ error, bound }: Comparison): boolean => error <= bound;

/** Joins comparisons to one check: passed when all are within their bounds; names the one nearest to (or past) it. */
export function checkOf(name: string, comparisons: readonly Comparison[]): Check {
  let worst: Comparison | undefined;
  for (const each of comparisons) {
    if (worst === undefined || severity(each) > severity(worst)) worst = each;
  }
  if (worst === undefined) return failed(name, 'nothing was compared');
  const status = comparisons.every(isWithin) ? 'pass' : 'fail';
  const label = worst.name === name ? name : `${name} (${worst.name})`;
  return {
    name: label,
    status,
    error: worst.error,
    bound: worst.bound,
    ...(worst.note === undefined ? {} : { note: worst.note }),
  };
}

function severity({ error, bound }: Comparison): number {
  if (Number.isNaN(error)) return Infinity;
  return bound > 0 ? error / bound : error > 0 ? Infinity : 0;
}

/** A check that could not be carried through. */
export const failed = (name: string, note: string): Check => ({ name, status: 'fail', error: NaN, bound: 0, note });

/** A check that asks for something Easel does not have. */
export const unknown = (name: string, note: string): Check => ({ name, status: 'unknown', error: NaN, bound: 0, note });
