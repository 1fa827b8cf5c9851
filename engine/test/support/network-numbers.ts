/** What a checkpoint's networks make of fixed inputs: enough to tell whether two files are one checkpoint. */
import type { MemoryForm } from '../../src/graph/session.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../../src/families/recognise.ts';
import type { AdapterUse, TextRole } from '../../src/families/types.ts';
import { timestep } from '../../src/numeric/sigma.ts';
import { startSession } from '../../src/runtime/session.ts';
import { wild } from './run-graph.ts';

const ROW = [49406, 320, 4217, 49407];

/** One pass of every text encoder, of the U-Net and of both halves of the autoencoder. */
export async function networkNumbers(
  path: string,
  memory: MemoryForm = 'fast',
  adapters: readonly AdapterUse[] = [],
): Promise<number[]> {
  const pipeline = openPipeline(await recogniseCheckpoint(path), { startSession, memory });
  try {
    await pipeline.adapt(adapters);
    const { text, latent } = pipeline.facts;
    const numbers: number[] = [];
    for (const [role, { padding, rowLength }] of Object.entries(text)) {
      const row = [...ROW, ...Array<number>(rowLength - ROW.length).fill(padding)];
      const { hidden, pooled } = await pipeline.encodeText(role as TextRole, [row]);
      numbers.push(...hidden.data, ...(pooled?.data ?? []));
    }
    const size = { width: 64, height: 64 };
    const told = await pipeline.condition(pipeline.tokenize('a cat'), { clipSkip: 1, isNegative: false, size });
    const x = { data: wild(latent.channels * 8 * 8), shape: [1, latent.channels, 8, 8] };
    numbers.push(...(await pipeline.network(x, timestep(500), told)).data);
    numbers.push(...(await pipeline.decodeLatent(x)).data.subarray(0, 3000));
    const { mean } = await pipeline.encodeImage({ data: wild(3 * 64 * 64), shape: [1, 3, 64, 64] });
    return [...numbers, ...mean.data];
  } finally {
    await pipeline.release();
  }
}
