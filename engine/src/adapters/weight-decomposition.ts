/**
 * DoRA: after a change the length of every row, or column, of a weight is set anew.
 *
 * @source Liu et al. 2024, with the conventions of LyCORIS, which writes such files: lengths are those of the changed
 * weight. Other programs differ for rows; see ../shared/golden/lora/sd15_kinds.
 */
import type { Tensor } from '../numeric/tensor.ts';

/** The smallest number torch adds to float32. */
const EPSILON = 1.1920928955078125e-7;

/**
 * The whole change, at strength 1.
 *
 * @param base f32 [to, from, ...]
 * @param change as the kind has it
 * @param lengths [to, 1, ...] for rows or [1, from, ...] for columns
 * @throws RangeError when the lengths fit neither
 */
export function decompose(base: Tensor, change: Float32Array, lengths: Tensor): Float32Array {
  const [to = 1, from = 1] = base.shape;
  const behind = base.data.length / to;
  const cells = behind / from;
  const ofRows = lengths.shape[0] === to && to !== 1;
  const groups = ofRows ? to : from;
  if (lengths.data.length !== groups) throw new RangeError(`it has ${lengths.data.length} lengths`);
  const groupOf = (i: number): number => (ofRows ? Math.floor(i / behind) : Math.floor(i / cells) % from);
  const merged = base.data.map((value, i) => value + (change[i] as number));
  const squares = new Float64Array(groups);
  for (const [i, value] of merged.entries()) {
    const group = groupOf(i);
    squares[group] = (squares[group] as number) + value * value;
  }
  const factors = squares.map((square, group) => (lengths.data[group] as number) / (Math.sqrt(square) + EPSILON));
  return merged.map((value, i) => value * (factors[groupOf(i)] as number) - (base.data[i] as number));
}
