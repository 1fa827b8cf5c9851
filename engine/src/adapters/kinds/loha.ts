/** LoHa: the product, number by number, of two low-rank changes; for convolutions also with Tucker cores. */
import { multiplyMatrices } from '../../numeric/matrix.ts';
import type { Tensor } from '../../numeric/tensor.ts';
import { flat, fitted, part, scaleOf, type AdapterKind } from '../types.ts';

export const loha: AdapterKind = {
  id: 'loha',
  label: 'LoHa',
  matches: (leaves) => leaves.has('hadaW1a') && leaves.has('hadaW2a'),
  change(numbers, base, statedScale) {
    const [w1a, w1b] = [part(numbers, 'hadaW1a'), part(numbers, 'hadaW1b')];
    const [w2a, w2b] = [part(numbers, 'hadaW2a'), part(numbers, 'hadaW2b')];
    const [t1, t2] = [numbers.get('hadaT1'), numbers.get('hadaT2')];
    const first = fitted(t1 === undefined ? product(w1a, w1b) : throughCore(t1, w1a, w1b), base);
    const second = fitted(t2 === undefined ? product(w2a, w2b) : throughCore(t2, w2a, w2b), base);
    const scale = scaleOf(numbers, w1b.shape[0] ?? 1, statedScale);
    return first.map((value, i) => value * (second[i] as number) * scale);
  },
};

export function product(a: Tensor, b: Tensor): Float32Array {
  const [left, right] = [flat(a), flat(b)];
  if (left.columns !== right.rows) throw new RangeError('two of its matrices do not go together');
  return multiplyMatrices(a.data, b.data, left.rows, left.columns, right.columns);
}

/**
 * Core [i, j, kh, kw] with a [i, to] and b [j, from] as a kernel [to, from, kh, kw].
 */
export function throughCore(core: Tensor, a: Tensor, b: Tensor): Float32Array {
  const [i = 0, j = 0, kh = 1, kw = 1] = core.shape;
  const cells = kh * kw;
  const [to, from] = [flat(a).columns, flat(b).columns];
  if (flat(a).rows !== i || flat(b).rows !== j) throw new RangeError('its core and matrices do not go together');
  // First over j, then over i: both are products of matrices, with the cells as columns beside the rest.
  const inner = new Float32Array(i * from * cells);
  const transposed = new Float32Array(from * j);
  for (let row = 0; row < j; row++)
    for (let column = 0; column < from; column++) transposed[column * j + row] = b.data[row * from + column] as number;
  for (let row = 0; row < i; row++) {
    const slice = core.data.subarray(row * j * cells, (row + 1) * j * cells);
    inner.set(multiplyMatrices(transposed, slice, from, j, cells), row * from * cells);
  }
  const turned = new Float32Array(to * i);
  for (let row = 0; row < i; row++)
    for (let column = 0; column < to; column++) turned[column * i + row] = a.data[row * to + column] as number;
  return multiplyMatrices(turned, inner, to, i, from * cells);
}
