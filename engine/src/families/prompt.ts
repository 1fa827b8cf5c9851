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
    const encode = (each: readonly Chunk[], unseen?: boolean[][]): ReturnType<Pipeline['encodeText']> =>
      pipeline.encodeText(
        role,
        each.map(({ ids }) => ids),
        clipSkip,
        each.map(({ embeddings }) => embeddings),
        unseen,
      );
    const encoded = await encode(filled);
    const isWeighted = filled.some(({ weights }) => weights.some((weight) => weight !== 1));
    const reference = isWeighted && emphasis.comparesWithEmpty === true ? (await encode([empty])).hidden : null;
    const weigh = (hidden: Tensor, rows: readonly Chunk[]): Tensor =>
      emphasise(
        hidden,
        rows.map(({ weights }) => weights),
        emphasis,
        reference,
      );
    const whole = weigh(encoded.hidden, filled);
    const { factorWithout } = emphasis;
    const { data, shape } =
      factorWithout === undefined
        ? whole
        : await withoutWeakRuns(whole, filled, factorWithout, async (rows, unseen) =>
            weigh((await encode(rows, unseen)).hidden, rows),
          );
    const [n = 1, t = 0, d = 0] = shape;
    // Chunks lie one behind the other already: side by side along the tokens is the same memory.
    parts.push({ data, shape: [1, n * t, d] });
    if (encoded.pooled !== null) pooled = firstRow(encoded.pooled);
  }
  return { context: sideBySide(parts), pooled };
}

/**
 * What the encoder makes of the text, and of the text without each run of less weight than 1, as one.
 *
 * @param whole f32 [rows, t, d]
 * @param encode the same for some rows, with tokens in them that nobody sees
 */
async function withoutWeakRuns(
  whole: Tensor,
  chunks: readonly Chunk[],
  factorWithout: (weight: number) => number,
  encode: (rows: readonly Chunk[], unseen: boolean[][]) => Promise<Tensor>,
): Promise<Tensor> {
  const size = whole.data.length / chunks.length;
  const runs = weakRuns(chunks);
  const total = [...runs.values()].reduce((sum, weight) => sum + factorWithout(weight), 1);
  // Where a run has no token the text without it is the text.
  const sum = Float64Array.from(whole.data, (value) => value * total);
  for (const [row, chunk] of chunks.entries()) {
    for (const run of new Set(chunk.origins.map((origin) => origin.run))) {
      const weight = runs.get(run);
      if (weight === undefined) continue;
      const unseen = chunk.ids.map((_, i) => chunk.origins[i - 1]?.run === run);
      const { data } = await encode([chunk], [unseen]);
      const factor = factorWithout(weight);
      for (let i = row * size; i < (row + 1) * size; i++)
        sum[i] = (sum[i] as number) + factor * ((data[i - row * size] as number) - (whole.data[i] as number));
    }
  }
  return { data: Float32Array.from(sum, (value) => value / total), shape: whole.shape };
}

/** Runs of less weight than 1 by their number, with it. */
function weakRuns(chunks: readonly Chunk[]): ReadonlyMap<number, number> {
  const weak = new Map<number, number>();
  for (const { origins, weights } of chunks) {
    for (const [i, { run }] of origins.entries()) {
      const weight = weights[i + 1] as number;
      if (weight < 1) weak.set(run, weight);
    }
  }
  return weak;
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
