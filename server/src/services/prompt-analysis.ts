/** What a model receives of a prompt, and what is odd in it, with the files of the library in mind. */
import type { Catalogue } from '@easel/shared/catalogue';
import type { PromptAnalysis, promptAnalysisRequest } from '@easel/shared/http/prompt';
import { CLIP_CHUNK_TOKENS, type ClipDialect } from '@easel/shared/prompt/clip-tokenizer';
import { loadClipTokenizer, loadTokenText } from '@easel/shared/prompt/clip-vocabulary';
import { describePrompt, type DescribedPrompt } from '@easel/shared/prompt/describe-prompt';
import { findProblems, type PromptProblem } from '@easel/shared/prompt/problems';
import { placesOfWord } from '@easel/shared/prompt/word-places';
import { findByName } from '@easel/shared/sampler-names';
import type { z } from 'zod';

import type { ModelLibrary } from './model-library.ts';
import { findEmbeddings, knownOf, type NamedEmbedding } from './prompt-embeddings.ts';
import { drawForAnalysis } from './prompt-drawing.ts';
import { hypernetworkFinder, loraFinder } from './prompt-files.ts';
import type { Styles } from './styles.ts';
import type { Wildcards } from './wildcards.ts';

/** More tokens than anybody looks at. */
const MOST_SHOWN = 3000;
/** Characters of a prompt's texts over all steps. */
const MOST_CHARACTERS = 2_000_000;

export interface PromptAnalysisOptions {
  readonly models: ModelLibrary;
  readonly wildcards: Wildcards;
  readonly styles: Styles;
  /** Null while the engine starts. */
  readonly catalogue: Catalogue | null;
}

export async function analysePrompt(
  { prompt: typed, isNegative, steps, sampler, model, seed, styles, hasDetail }: z.output<typeof promptAnalysisRequest>,
  { models, catalogue, ...files }: PromptAnalysisOptions,
): Promise<PromptAnalysis> {
  const record = sampler === undefined ? undefined : findByName(catalogue?.samplers ?? [], sampler);
  const evaluationsPerStep = record?.evaluationsPerStep ?? 1;
  const timeline = { steps: steps * evaluationsPerStep, isNegative };
  const target = models.peek(model);
  const {
    text: prompt,
    isDrawn,
    findWildcard,
  } = await drawForAnalysis({ text: typed, isNegative, seed, styles }, files);
  const findLora = await loraFinder(models, target);
  const findHypernetwork = await hypernetworkFinder(models);
  const named = await findEmbeddings(models, [{ text: prompt, isNegative }], timeline.steps, target);
  const embeddings = named.filter(({ skipped }) => skipped === null).map(knownOf);

  const problems = [
    ...findProblems(typed, { ...timeline, findLora, findHypernetwork, findWildcard }),
    ...skippedNames(typed, named),
  ].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);

  const encoders = catalogue?.families.find(({ id }) => id === target?.family)?.textEncoders ?? [];
  const encode = encoderOf(encoders[0]?.dialect);
  // A very long prompt that changes at every step is counted by its first steps; nobody is shown all of it.
  const first = Math.max(1, Math.min(timeline.steps, Math.floor(MOST_CHARACTERS / Math.max(1, prompt.length))));
  const reader = { encode, tokenText: loadTokenText() };
  const options = { ...timeline, steps: first, embeddings };
  const read = describePrompt(prompt, reader, options);
  // Places in a text that nobody typed are no places.
  const described = isDrawn ? withoutPlaces(read) : read;
  const counts = countsOf(described);
  const longest = Math.max(...counts.map((chunks) => chunks.length));
  const shown = counts.flat().reduce((sum, count) => sum + count, 0);
  const isShown = hasDetail && shown <= MOST_SHOWN && first === timeline.steps;
  const detailOf = (): PromptAnalysis['detail'] => ({
    ...described,
    evaluations: timeline.steps,
    evaluationsPerStep,
    encoders: encoders.map(({ label, padding, dialect }) => {
      const own = describePrompt(prompt, { ...reader, encode: encoderOf(dialect) }, options);
      return {
        label,
        padding,
        tokens: tokenCount(countsOf(own)),
        isAlike: idsOf(own) === idsOf(described),
      };
    }),
  });
  return {
    tokens: tokenCount(counts),
    chunks: longest,
    resolved: isDrawn ? prompt : null,
    problems,
    embeddings: named.map(({ name, view, skipped }) => ({
      name,
      id: view.id,
      vectors: view.network?.vectors ?? null,
      skipped,
    })),
    chunkEnds: chunkEndsOf(described),
    detail: isShown ? detailOf() : null,
  };
}

/** Embeddings of another kind of model, where the prompt as it was typed names them. */
const skippedNames = (typed: string, named: readonly NamedEmbedding[]): PromptProblem[] =>
  named
    .filter(({ skipped }) => skipped !== null && skipped.by !== 'file')
    .flatMap(({ name }) =>
      placesOfWord(typed, name).map((span) => ({ kind: 'embedding_wrong_base', span, fix: { span, text: '' } })),
    );

const countsOf = ({ texts }: DescribedPrompt): number[][] =>
  texts.map(({ chunks }) => chunks.map(({ tokens }) => tokens.length));

/** Of the longest text; full chunks count in full. */
const tokenCount = (counts: readonly (readonly number[])[]): number =>
  Math.max(...counts.map((chunks) => CLIP_CHUNK_TOKENS * (chunks.length - 1) + (chunks.at(-1) ?? 0)));

const idsOf = ({ texts }: DescribedPrompt): string =>
  JSON.stringify(texts.map(({ chunks }) => chunks.map(({ tokens }) => tokens.map(({ id }) => id))));

/** Of the texts that are told at the first step, one for each part. */
function chunkEndsOf({ texts, parts }: DescribedPrompt): number[] {
  const ends = new Set<number>();
  for (const { timeline } of parts) {
    const chunks = texts[timeline[0]?.text ?? 0]?.chunks ?? [];
    for (const { tokens } of chunks.slice(0, -1)) {
      const end = tokens.findLast(({ span }) => span !== null)?.span?.end;
      if (end !== undefined) ends.add(end);
    }
  }
  return [...ends].sort((a, b) => a - b);
}

const withoutPlaces = ({ texts, parts }: DescribedPrompt): DescribedPrompt => ({
  texts: texts.map(({ text, chunks }) => ({
    text,
    chunks: chunks.map((chunk) => ({ ...chunk, tokens: chunk.tokens.map((token) => ({ ...token, span: null })) })),
  })),
  parts,
});

function encoderOf(dialect: ClipDialect | undefined): (text: string) => readonly number[] {
  const tokenizer = loadClipTokenizer();
  return remembered((text) => tokenizer.encode(text, dialect));
}

/** Words come again and again. */
function remembered(encode: (text: string) => readonly number[]): (text: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (text) => {
    const ids = known.get(text) ?? encode(text);
    known.set(text, ids);
    return ids;
  };
}
