/** Prompt text to the UNet's context: tokens, rows of 75, encoder, rows side by side. */
import { chunkTokens } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import type { Pipeline } from '../families/types.ts';
import type { Tensor } from '../numeric/tensor.ts';

/**
 * @param clipSkip 1 = the encoder's last layer, 2 = the one before, ...
 * @returns f32 [1, 77 * rows, width]; an empty prompt is one row
 */
export async function encodePrompt(pipeline: Pipeline, prompt: string, clipSkip: number): Promise<Tensor> {
  const rows = chunkTokens(loadClipTokenizer().encode(prompt), pipeline.facts.tokens.padding);
  const { hidden } = await pipeline.encodeText(rows, clipSkip);
  const [count = 1, tokens = 0, width = 0] = hidden.shape;
  // Rows lie one behind the other already: side by side along the tokens is the same memory.
  return { data: hidden.data, shape: [1, count * tokens, width] };
}
