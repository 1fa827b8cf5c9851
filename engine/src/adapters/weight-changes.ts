/** What adapters make of the numbers of a weight or a bias, whatever their kind. Reads no file. */
import type { Tensor } from '../numeric/tensor.ts';
import { extentOf, misfit, type Patch } from './load-adapter.ts';
import { part } from './types.ts';
import { decompose } from './weight-decomposition.ts';

/** A change at a strength. */
export interface Change {
  readonly patch: Patch;
  readonly strength: number;
  /** The adapter's. */
  readonly file: string;
  /** alpha / rank where the module states no alpha. */
  readonly statedScale: number;
}

/** The change of a patch's bias; null when it has none, or the layer has no bias. */
export function biasChange({ layer, numbers }: Patch): Tensor | null {
  if (layer.bias === null) return null;
  return numbers.get('biasDifference') ?? numbers.get('normBias') ?? null;
}

/**
 * All changes are of the numbers as they were: their order does not matter.
 *
 * @param base the whole tensor, under the name that the patches' layers have for it
 * @param round of every sum, which is computed in float64; float32 when absent
 * @throws model_incompatible when a change does not fit
 */
export function changedNumbers(
  { name, data: base, shape }: Tensor & { readonly name: string },
  changes: readonly Change[],
  round: (value: number) => number = (value) => value,
): Float32Array {
  const out = Float32Array.from(base);
  for (const { patch, strength, file, statedScale } of changes) {
    const { layer } = patch;
    const isWeight = layer.weight.name === name;
    const count = isWeight
      ? extentOf(layer).rows * extentOf(layer).columns
      : out.length / (layer.third === null ? 1 : 3);
    const start = (layer.third ?? 0) * count;
    try {
      const own = { data: base.subarray(start, start + count), shape: layer.third === null ? shape : [count] };
      const change = isWeight ? weightChange(own, patch, statedScale) : (biasChange(patch) as Tensor).data;
      if (change.length !== count) throw new RangeError(`it has ${change.length} numbers for ${count}`);
      for (let i = 0; i < count; i++)
        out[start + i] = round((out[start + i] as number) + strength * (change[i] as number));
    } catch (thrown) {
      throw misfit(file, `${layer.path} (${name})`, thrown);
    }
  }
  return out;
}

function weightChange(base: Tensor, { layer, kind, numbers }: Patch, statedScale: number): Float32Array {
  const [, ...behind] = layer.weight.shape;
  const weight = { data: base.data, shape: [extentOf(layer).rows, ...behind] };
  if (kind === null) throw new RangeError('it changes the bias only');
  const change = kind.change(numbers, weight, statedScale);
  return numbers.has('doraScale') ? decompose(weight, change, part(numbers, 'doraScale')) : change;
}
