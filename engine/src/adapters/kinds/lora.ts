/** LoRA and LoCon: up · down, for convolutions also with a kernel between them (CP). */
import { multiplyMatrices } from '../../numeric/matrix.ts';
import type { Tensor } from '../../numeric/tensor.ts';
import { flat, fitted, part, scaleOf, type AdapterKind, type Numbers } from '../types.ts';

/** A change as two matrices, the scale folded into neither. */
export interface LowRank {
  readonly rank: number;
  /** [rank, from] or, flattened, [rank, from * kh * kw]. */
  readonly down: Float32Array;
  /** [to, rank]. */
  readonly up: Float32Array;
  readonly scale: number;
}

/**
 * @param rankLimit only so many ranks count; null = all
 * @throws RangeError when the parts do not go together
 */
export function lowRankOf(numbers: Numbers, statedScale: number, rankLimit: number | null = null): LowRank {
  const [up, down, mid] = [part(numbers, 'up'), part(numbers, 'down'), numbers.get('mid')];
  const rank = up.shape[1] ?? 0;
  if (rank === 0 || flat(up).columns !== rank) throw new RangeError(`its up is [${up.shape.join(', ')}]`);
  const whole = mid === undefined ? down.data : throughMiddle(mid, down);
  if ((mid?.shape[0] ?? down.shape[0]) !== rank) throw new RangeError('its up and down differ in rank');
  const scale = scaleOf(numbers, down.shape[0] ?? rank, statedScale);
  const kept = Math.min(rank, rankLimit ?? rank);
  if (kept === rank) return { rank, down: whole, up: up.data, scale };
  const to = up.shape[0] ?? 0;
  const cut = new Float32Array(to * kept);
  for (let i = 0; i < to; i++) cut.set(up.data.subarray(i * rank, i * rank + kept), i * kept);
  return { rank: kept, down: whole.subarray(0, (whole.length / rank) * kept), up: cut, scale };
}

/** mid [r, s, kh, kw] and down [s, from] as one kernel [r, from, kh, kw]. */
function throughMiddle(mid: Tensor, down: Tensor): Float32Array {
  const [r = 0, s = 0, kh = 1, kw = 1] = mid.shape;
  const cells = kh * kw;
  const { rows, columns: from } = flat(down);
  if (rows !== s) throw new RangeError('its mid and down differ in rank');
  const out = new Float32Array(r * from * cells);
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < s; j++) {
      for (let channel = 0; channel < from; channel++) {
        const factor = down.data[j * from + channel] as number;
        const source = (i * s + j) * cells;
        const target = (i * from + channel) * cells;
        for (let cell = 0; cell < cells; cell++)
          out[target + cell] = (out[target + cell] as number) + factor * (mid.data[source + cell] as number);
      }
    }
  }
  return out;
}

export const lora: AdapterKind = {
  id: 'lora',
  label: 'LoRA',
  matches: (leaves) => leaves.has('up') && leaves.has('down'),
  change(numbers, base, statedScale) {
    const { rank, down, up, scale } = lowRankOf(numbers, statedScale);
    const { rows, columns } = flat(base);
    if (up.length !== rows * rank || down.length !== rank * columns) {
      throw new RangeError(`its parts do not fit a weight of [${base.shape.join(', ')}]`);
    }
    return fitted(multiplyMatrices(up, down, rows, rank, columns), base).map((value) => value * scale);
  },
};
