/** Diffusers folders: each network in turn, on what the one before it gave. */
import { toldVector } from '../../../src/families/xl-line.ts';
import type { TextRole } from '../../../src/families/types.ts';
import { embedGuidance } from '../../../src/numeric/sinusoids.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Comparison } from '../compare.ts';
import { openModel } from '../networks.ts';
import { rowsOf } from './text.ts';
import type { Kind } from './types.ts';

/** Two encoders' states [n, t, d] side by side. */
function besides(a: Tensor, b: Tensor): Tensor {
  const [n = 0, t = 0, first = 0] = a.shape;
  const second = b.shape[2] ?? 0;
  const data = new Float32Array(n * t * (first + second));
  for (let i = 0; i < n * t; i++) {
    data.set(a.data.subarray(i * first, (i + 1) * first), i * (first + second));
    data.set(b.data.subarray(i * second, (i + 1) * second), i * (first + second) + first);
  }
  return tensor(data, [n, t, first + second]);
}

async function comparisonsOf(golden: GoldenCase, label: string): Promise<Comparison[] | { missing: string }> {
  const pipeline = await openModel(golden, label);
  if ('missing' in pipeline) return pipeline;
  const against = (name: string, value: Tensor): Comparison => compare(name, value, golden.stored(name), golden.bound);
  const encode = async (role: TextRole, ids: string): ReturnType<typeof pipeline.encodeText> =>
    pipeline.encodeText(role, rowsOf(golden.input(ids)));

  let { hidden: context } = await encode('text-encoder', 'ids');
  const comparisons: Comparison[] = [];
  let told: Readonly<Record<string, Tensor>> = {};
  if (golden.tensors.has('ids.2')) {
    const second = await encode('text-encoder-2', 'ids.2');
    const pooled = second.pooled as Tensor;
    context = besides(context, second.hidden);
    told = { vector: toldVector(pooled, rowsOf(golden.input('time_ids'))) };
    comparisons.push(against('pooled', pooled));
  }
  comparisons.push(against('context', context));

  if (golden.tensors.has('guidance')) {
    const guidance = embedGuidance(golden.input('guidance').data[0] as number, pipeline.facts.guidanceWidth ?? 0);
    told = { ...told, guidance };
    // Not compared by itself: torch's exponential is off by one last bit in one of the frequencies, which at (8 - 1) * 1000
    // is 5e-4 of a wave. The network's answer shows whether the waves are the right ones.
  }

  const sample = golden.input('sample');
  const feeds = { sample, timestep: golden.input('timestep'), context, ...told };
  const { out } = await pipeline.run('unet', feeds, ['out']);
  comparisons.push(against('unet', out as Tensor));
  // The case divides by the scale, as decodeLatent does.
  comparisons.push(against('decoded', await pipeline.decodeLatent(sample)));
  return comparisons;
}

export const folder: Kind = {
  run: 'folder',
  check: async (golden) => {
    const { label } = golden.json as unknown as { label: string };
    const comparisons = await comparisonsOf(golden, label);
    return ['missing' in comparisons ? unknown(label, comparisons.missing) : checkOf(label, comparisons)];
  },
};
