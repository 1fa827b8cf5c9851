/** What the model list shows of a LoRA, one of its kin or a textual inversion. */
import type { NetworkBase, NetworkView } from '@easel/shared/networks';

import { adapterOf } from '../adapters/adapter-file.ts';
import { checkNumbers } from '../adapters/check-numbers.ts';
import { describeAdapter, statedBase, statedTriggers } from '../adapters/describe-adapter.ts';
import { readEmbedding } from '../adapters/embedding-file.ts';
import { openFile } from '../checkpoint/open-file.ts';
import { readNetworkDistillation } from './distilled.ts';

/**
 * Looks at a file from its header and, as far as that is cheap, at its numbers.
 *
 * @throws model_gone | model_invalid | pickle_unsafe | model_incompatible | model_unsupported
 */
export async function inspectNetwork(file: string, kind: 'lora' | 'embedding'): Promise<NetworkView> {
  return kind === 'lora' ? inspectAdapter(file) : inspectEmbedding(file);
}

async function inspectAdapter(file: string): Promise<NetworkView> {
  const header = await openFile(file);
  const described = describeAdapter(adapterOf(header));
  await checkNumbers(header);
  return { ...described, vectors: null, sampling: readNetworkDistillation(header) };
}

/** Lines of models with one text encoder, by the width of its tokens. Only SDXL has two. */
const BY_WIDTH: Readonly<Record<number, NetworkBase>> = { 768: 'sd1', 1024: 'sd2' };

async function inspectEmbedding(file: string): Promise<NetworkView> {
  const { vectors, metadata } = await readEmbedding(file);
  const sized = (['only', 'clip_l', 'clip_g'] as const).flatMap((slot) => vectors.get(slot)?.shape ?? []);
  const [count = 0] = sized;
  const textWidths = sized.filter((_, index) => index % 2 === 1);
  const base = textWidths.length === 2 ? 'sdxl' : BY_WIDTH[textWidths[0] ?? 0];
  const shown =
    base === undefined
      ? (statedBase(metadata) ?? { base: null, evidence: 'nothing in the file shows its base' })
      : { base, evidence: `its vectors are ${textWidths.join(' and ')} wide` };
  return {
    kind: 'textual-inversion',
    ...shown,
    ranks: null,
    parts: [],
    vectors: count,
    contextWidth: null,
    textWidths,
    triggerWords: statedTriggers(metadata),
    statedHash: null,
    sampling: null,
  };
}
