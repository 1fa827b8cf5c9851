/** From a prompt's text to what the text encoders of a family make of it. The same for all families. */
import { chunkTokens } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';

import type { Tensor } from '../numeric/tensor.ts';
import type { CheckpointFacts, Pipeline, TextRole, TokenizedPrompt } from './types.ts';

/** Rows of ids for every text encoder; each as many as its own reading of the text needs. */
export function tokenizePrompt(text: string, encoders: CheckpointFacts['text']): TokenizedPrompt {
  const rows = Object.entries(encoders).map(([role, { dialect, padding }]) => [
    role,
    chunkTokens(loadClipTokenizer().encode(text, dialect), padding),
  ]);
  return { text, rows: Object.fromEntries(rows) as TokenizedPrompt['rows'] };
}

/** What the encoders of a family make of a prompt. */
export interface EncodedPrompt {
  /** States of all encoders side by side, rows one behind the other: f32 [1, tokens, sum of widths]. */
  readonly context: Tensor;
  /** The last pooling encoder's vector of the first row, f32 [1, width]; null where none pools. */
  readonly pooled: Tensor | null;
}

/** @throws out_of_range */
export async function encodePrompt(
  pipeline: Pipeline,
  { rows }: TokenizedPrompt,
  clipSkip: number,
): Promise<EncodedPrompt> {
  const count = Math.max(...Object.values(rows).map((each) => each.length));
  const parts: Tensor[] = [];
  let pooled: Tensor | null = null;
  for (const [role, { padding }] of Object.entries(pipeline.facts.text)) {
    const own = rows[role as TextRole] ?? [];
    // Encoders may read odd text as different numbers of tokens; empty rows make them equally long.
    const [empty = []] = chunkTokens([], padding);
    const filled = [...own, ...Array.from({ length: count - own.length }, () => empty)];
    const encoded = await pipeline.encodeText(role as TextRole, filled, clipSkip);
    const [n = 1, t = 0, d = 0] = encoded.hidden.shape;
    // Rows lie one behind the other already: side by side along the tokens is the same memory.
    parts.push({ data: encoded.hidden.data, shape: [1, n * t, d] });
    if (encoded.pooled !== null) pooled = firstRow(encoded.pooled);
  }
  return { context: sideBySide(parts), pooled };
}

const firstRow = ({ data, shape: [, width = 0] }: Tensor): Tensor => ({
  data: data.subarray(0, width),
  shape: [1, width],
});

/** [1, t, d1], [1, t, d2], .. to [1, t, d1 + d2 + ..]. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const tokens = first?.shape[1] ?? 0;
  const widths = parts.map(({ shape }) => shape[2] ?? 0);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const data = new Float32Array(tokens * width);
  let from = 0;
  for (const [i, part] of parts.entries()) {
    const own = widths[i] as number;
    for (let t = 0; t < tokens; t++) data.set(part.data.subarray(t * own, (t + 1) * own), t * width + from);
    from += own;
  }
  return { data, shape: [1, tokens, width] };
}
