/** LoKr: the Kronecker product of two factors, each whole or made of two. */
import { flat, fitted, part, scaleOf, type AdapterKind, type Numbers } from '../types.ts';
import { product, throughCore } from './loha.ts';

interface Factor {
  readonly rows: number;
  /** Without the cells of a kernel. */
  readonly columns: number;
  readonly data: Float32Array;
  /** Rank where it is made of two; null where it is whole. */
  readonly rank: number | null;
}

export const lokr: AdapterKind = {
  id: 'lokr',
  label: 'LoKr',
  matches: (leaves) =>
    (leaves.has('lokrW1') || leaves.has('lokrW1a')) && (leaves.has('lokrW2') || leaves.has('lokrW2a')),
  change(numbers, base, statedScale) {
    const [, , kh = 1, kw = 1] = base.shape;
    const cells = kh * kw;
    const [first, second] = [firstFactor(numbers), secondFactor(numbers, cells)];
    const rank = second.rank ?? first.rank;
    // With both factors whole there is no rank, and alpha means nothing whatever it says.
    const scale = rank === null ? 1 : scaleOf(numbers, rank, statedScale);
    const from = first.columns * second.columns;
    const out = new Float32Array(first.rows * second.rows * from * cells);
    let at = 0;
    for (let a = 0; a < first.rows; a++) {
      for (let b = 0; b < second.rows; b++) {
        for (let c = 0; c < first.columns; c++) {
          const factor = scale * (first.data[a * first.columns + c] as number);
          const start = b * second.columns * cells;
          for (let d = 0; d < second.columns * cells; d++) out[at++] = factor * (second.data[start + d] as number);
        }
      }
    }
    return fitted(out, base);
  },
};

function firstFactor(numbers: Numbers): Factor {
  const whole = numbers.get('lokrW1');
  if (whole !== undefined) return { ...flat(whole), data: whole.data, rank: null };
  const [a, b] = [part(numbers, 'lokrW1a'), part(numbers, 'lokrW1b')];
  return { rows: flat(a).rows, columns: flat(b).columns, data: product(a, b), rank: b.shape[0] ?? 1 };
}

function secondFactor(numbers: Numbers, cells: number): Factor {
  const whole = numbers.get('lokrW2');
  if (whole !== undefined) return ofKernel(whole.shape[0] ?? 0, whole.data, cells, null);
  const [a, b, core] = [part(numbers, 'lokrW2a'), part(numbers, 'lokrW2b'), numbers.get('lokrT2')];
  const rank = b.shape[0] ?? 1;
  // A core's matrices lie the other way round.
  if (core !== undefined) return ofKernel(flat(a).columns, throughCore(core, a, b), cells, rank);
  return ofKernel(a.shape[0] ?? 0, product(a, b), cells, rank);
}

function ofKernel(rows: number, data: Float32Array, cells: number, rank: number | null): Factor {
  return { rows, columns: rows === 0 ? 0 : data.length / rows / cells, data, rank };
}
