/** From a prompt's text to what the text encoders of a family make of it. The same for all families. */
import { chunkRuns, type Chunk, type KnownEmbedding } from '@easel/shared/prompt/chunks';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';
import { wholeText } from '@easel/shared/prompt/excerpt';
import { parseWeights, type WeightedRun } from '@easel/shared/prompt/weights';

import { emphasise, type Emphasis } from '../conditioning/emphasis.ts';
import type { Tensor } from '../numeric/tensor.ts';
import type { CheckpointFacts, Pipeline, TextFormat, TextRole, TokenizedPrompt } from './types.ts';

/** Chunks for every text encoder; each as many as its own reading of the text needs. */
export function tokenizePrompt(
  text: string,
  encoders: CheckpointFacts['text'],
  emphasis: Emphasis,
  embeddings: (role: TextRole, format: TextFormat) => readonly KnownEmbedding[],
): TokenizedPrompt {
  const plain: WeightedRun = { ...wholeText(text), weight: 1, isBreak: false };
  const runs = emphasis.isLiteral === true ? [plain] : parseWeights(text);
  const chunks = (Object.entries(encoders) as [TextRole, TextFormat][]).map(([role, format]) => [
    role,
    chunksOf(runs, format, embeddings(role, format)),
  ]);
  return { text, emphasis, chunks: Object.fromEntries(chunks) as TokenizedPrompt['chunks'] };
}

function chunksOf(
  runs: readonly WeightedRun[],
  { dialect, padding }: TextFormat,
  embeddings: readonly KnownEmbedding[] = [],
): Chunk[] {
  return chunkRuns(runs, (text) => loadClipTokenizer().encode(text, dialect), { padding, embeddings });
}

/** What the encoders of a family make of a prompt. */
export interface EncodedPrompt {
  /** States of all encoders side by side, chunks one behind the other: f32 [1, tokens, sum of widths]. */
  readonly context: Tensor;
  /** The last pooling encoder's vector of the first chunk, f32 [1, width]; null where none pools. */
  readonly pooled: Tensor | null;
}

/** @throws out_of_range */
export async function encodePrompt(
  pipeline: Pipeline,
  { chunks, emphasis }: TokenizedPrompt,
  clipSkip: number,
): Promise<EncodedPrompt> {
  const count = Math.max(...Object.values(chunks).map((each) => each.length));
  const parts: Tensor[] = [];
  let pooled: Tensor | null = null;
  for (const [role, format] of Object.entries(pipeline.facts.text) as [TextRole, TextFormat][]) {
    const own = chunks[role] ?? [];
    // Encoders may read odd text as different numbers of tokens; empty chunks make them equally long.
    const [empty] = chunksOf([], format) as [Chunk];
    const filled = [...own, ...Array<Chunk>(count - own.length).fill(empty)];
    const encode = (each: readonly Chunk[]): ReturnType<Pipeline['encodeText']> =>
      pipeline.encodeText(
        role,
        each.map(({ ids }) => ids),
        clipSkip,
        each.map(({ embeddings }) => embeddings),
      );
    const encoded = await encode(filled);
    const isWeighted = filled.some(({ weights }) => weights.some((weight) => weight !== 1));
    const reference = isWeighted && emphasis.comparesWithEmpty === true ? (await encode([empty])).hidden : null;
    const weights = filled.map((chunk) => chunk.weights);
    const { data, shape } = emphasise(encoded.hidden, weights, emphasis, reference);
    const [n = 1, t = 0, d = 0] = shape;
    // Chunks lie one behind the other already: side by side along the tokens is the same memory.
    parts.push({ data, shape: [1, n * t, d] });
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
