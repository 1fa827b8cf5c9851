/** The textual inversions that a prompt names: found by its tokens as the model finds them, and which of them go with it. */
import { findMisfit, type NetworkMisfit, type NetworkTarget } from '@easel/shared/networks';
import { chunkRuns, type KnownEmbedding } from '@easel/shared/prompt/chunks';
import { loadClipTokenizer } from '@easel/shared/prompt/clip-vocabulary';
import { readPrompt } from '@easel/shared/prompt/read-prompt';
import { parseWeights } from '@easel/shared/prompt/weights';
import type { ModelView } from '@easel/shared/http/models';

import type { ModelLibrary } from './model-library.ts';

/** An embedding whose name stands in a text. */
export interface NamedEmbedding {
  /** The word that prompts have for it. */
  readonly name: string;
  readonly view: ModelView;
  /** Why it is read as words; null where it is used, or nothing is known of it yet. */
  readonly skipped: SkippedReason | null;
}

export type SkippedReason =
  | Exclude<NetworkMisfit, { by: 'channels' }>
  | { readonly by: 'file'; readonly message: string };

export interface PromptText {
  readonly text: string;
  readonly isNegative: boolean;
}

/** Characters of a prompt's texts over all steps that are looked through. */
const MOST_CHARACTERS = 500_000;

/** The word prompts have for an embedding: its file's name without folders and ending. */
const wordOf = (id: string): string => (id.split(/[/:]/).at(-1) ?? id).replace(/\.(pt|bin|safetensors|png|webp)$/i, '');

/**
 * Those whose names the tokens of the prompts have in them; of several files of one name the first counts.
 *
 * @param target the model; null = whatever it is, all go with it
 */
export async function findEmbeddings(
  models: ModelLibrary,
  prompts: readonly PromptText[],
  steps: number,
  target: NetworkTarget | null,
): Promise<NamedEmbedding[]> {
  const { models: known } = await models.list({ kind: 'embedding' });
  const folded = prompts.map(({ text }) => text.toLowerCase()).join('\n');
  const candidates = new Map<string, NamedEmbedding>();
  for (const view of known) {
    const name = wordOf(view.id);
    if (!view.isAvailable || !folded.includes(name.toLowerCase())) continue;
    const before = candidates.get(name);
    const found = { name, view, skipped: skippedReason(view, target) };
    if (before === undefined || (before.skipped !== null && found.skipped === null)) candidates.set(name, found);
  }
  if (candidates.size === 0) return [];
  const embeddings = [...candidates.values()].map(knownOf);
  const used = new Set(prompts.flatMap((prompt) => namesIn(prompt, steps, embeddings)));
  return [...candidates.values()].filter(({ name }) => used.has(name));
}

/** As the reading of a prompt wants it. */
export const knownOf = ({ name, view }: NamedEmbedding): KnownEmbedding => ({
  name,
  ids: loadClipTokenizer().encode(name),
  vectors: view.network?.vectors ?? 1,
});

function skippedReason({ network, reason }: ModelView, target: NetworkTarget | null): SkippedReason | null {
  if (network === null)
    return reason === null || reason.code === 'model_pending' ? null : { by: 'file', message: reason.message };
  const misfit = target === null ? null : findMisfit(network, target);
  // No embedding widens a network.
  return misfit?.by === 'channels' ? null : misfit;
}

function namesIn({ text, isNegative }: PromptText, steps: number, embeddings: readonly KnownEmbedding[]): string[] {
  const tokenizer = loadClipTokenizer();
  const first = Math.max(1, Math.min(steps, Math.floor(MOST_CHARACTERS / Math.max(1, text.length))));
  const texts = new Set(
    readPrompt(text, { steps: first, isNegative }).parts.flatMap(({ timeline }) => timeline.map((entry) => entry.text)),
  );
  return [...texts].flatMap((each) =>
    chunkRuns(parseWeights(each), (run) => tokenizer.encode(run), { embeddings }).flatMap((chunk) =>
      chunk.embeddings.map(({ name }) => name),
    ),
  );
}
