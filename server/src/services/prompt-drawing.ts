/**
 * What the pictures of a job are made from: styles and wildcards are looked up and drawn once, when the job is accepted,
 * so that files changed while it waits change nothing.
 */
import { setImmediate } from 'node:timers/promises';

import { RequestError } from '@easel/shared/errors';
import {
  parametersOfPicture,
  type GenerationParameters,
  type GenerationRequest,
  type TextToImageParameters,
} from '@easel/shared/generation';
import type { ChoiceProblem } from '@easel/shared/prompt/choices';
import { drawPrompts, textsToDraw, type PromptTexts } from '@easel/shared/prompt/draw-prompts';
import type { FoundWildcard } from '@easel/shared/prompt/problems';
import { PROMPT_LIMIT } from '@easel/shared/units';

import type { Styles } from './styles.ts';
import type { WildcardReader, Wildcards } from './wildcards.ts';

export interface PromptDrawingOptions {
  styles: Styles;
  wildcards: Wildcards;
}

/** By the place of a picture in its job, its texts; null where they are what was typed. */
export type DrawnTexts = readonly PromptTexts[] | null;

/**
 * The prompts of a request drawn for each picture with that picture's seed.
 *
 * @param parameters what the request was resolved to; its prompts are as they were typed
 * @throws unknown_style, unknown_wildcard, wildcard_empty, wildcard_cycle, prompt_too_long; not_allowed for styles on a
 *   prompt that was drawn before
 */
export async function drawForPictures(
  request: Pick<GenerationRequest, 'styles' | 'template'>,
  parameters: GenerationParameters,
  { styles, wildcards }: PromptDrawingOptions,
): Promise<{ parameters: GenerationParameters; drawn: DrawnTexts }> {
  const { template, styles: names = [] } = request;
  if (template !== undefined) {
    if (names.length === 0) return { parameters: { ...parameters, template }, drawn: null };
    throw new RequestError('not_allowed', 'styles: these prompts have their styles already, as their template says.', {
      field: 'styles',
      hint: 'Leave out styles, or template.',
    });
  }
  const texts = textsToDraw(parameters, await styles.named(names));
  if (texts === null) return { parameters, drawn: null };
  const reader = await wildcards.reader([texts.prompt, texts.negativePrompt]);
  const bySeed = new Map<number, PromptTexts>();
  const drawn: PromptTexts[] = [];
  for (let index = 0; index < parameters.count; index++) {
    const { seed } = parametersOfPicture(parameters, index);
    const known = bySeed.get(seed);
    if (known === undefined) {
      // The longest prompts take a moment each, in which nobody else is answered.
      await setImmediate();
      const { problems, ...own } = drawPrompts(texts, seed, reader.read);
      for (const problem of problems) refuse(problem, reader);
      bySeed.set(seed, own);
      drawn.push(own);
    } else drawn.push(known);
  }
  return { parameters: { ...parameters, ...(names.length > 0 && { styles: names }) }, drawn };
}

/** What one picture of a job is made from, and what that was drawn from. */
export function parametersOfDrawn(
  parameters: TextToImageParameters,
  drawn: DrawnTexts,
  imageIndex: number,
): TextToImageParameters {
  const { styles, ...own } = parametersOfPicture(parameters, imageIndex);
  const texts = drawn?.[imageIndex];
  if (texts === undefined) return own;
  const { prompt, negativePrompt } = parameters;
  return { ...own, ...texts, template: { prompt, negativePrompt, ...(styles !== undefined && { styles }) } };
}

/** Pictures that are told the same, together; the engine reads the prompts of a job once. */
export function groupByTexts(
  parameters: TextToImageParameters,
  drawn: DrawnTexts,
  imageIndexes: readonly number[],
): { parameters: TextToImageParameters; imageIndexes: number[] }[] {
  const groups = new Map<string, number[]>();
  for (const index of imageIndexes) {
    const key = JSON.stringify(drawn?.[index] ?? null);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  return [...groups.values()].map((indexes) => ({
    parameters: { ...parameters, ...drawn?.[indexes[0] as number] },
    imageIndexes: indexes,
  }));
}

/** One text as the first picture of a job with this seed would have it; what is not there is left as it stands. */
export async function drawForAnalysis(
  {
    text,
    isNegative,
    seed,
    styles: names,
  }: { text: string; isNegative: boolean; seed: number; styles: readonly string[] },
  { styles, wildcards }: PromptDrawingOptions,
): Promise<{ text: string; isDrawn: boolean; findWildcard: (name: string) => FoundWildcard }> {
  const typed = isNegative ? { prompt: '', negativePrompt: text } : { prompt: text, negativePrompt: '' };
  const all = names.length === 0 ? [] : await styles.list();
  const known = names.flatMap((wanted) => all.find(({ name }) => name === wanted) ?? []);
  const texts = textsToDraw(typed, known);
  const reader = await wildcards.reader(texts === null ? [] : [texts.prompt, texts.negativePrompt]);
  const findWildcard = (name: string): FoundWildcard => {
    const isFound = reader.read(name) !== null;
    return { isFound, near: isFound ? [] : reader.near(name), trouble: reader.trouble(name) };
  };
  if (texts === null) return { text, isDrawn: false, findWildcard };
  const drawn = drawPrompts(texts, seed, reader.read);
  return { text: isNegative ? drawn.negativePrompt : drawn.prompt, isDrawn: true, findWildcard };
}

function refuse({ kind, name }: ChoiceProblem, reader: WildcardReader): void {
  const shown = (name ?? '').slice(0, 100);
  const details = { field: 'prompt', got: `__${shown}__` };
  switch (kind) {
    case 'unknown_wildcard': {
      const near = reader.near(shown).map((each) => `__${each}__`);
      const hint =
        near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Make it in the prompt book, or take it out.';
      throw new RequestError('unknown_wildcard', `prompt: there is no wildcard "${shown}".`, { ...details, hint });
    }
    case 'empty_wildcard':
      throw new RequestError('wildcard_empty', `prompt: the wildcard "${shown}" has no line to draw.`, {
        ...details,
        hint: 'Add lines to its file; comments and empty ones do not count.',
      });
    case 'wildcard_cycle':
      throw new RequestError('wildcard_cycle', `prompt: the wildcard "${shown}" comes to name itself.`, {
        ...details,
        hint: 'Take the name out of one of the files.',
      });
    case 'prompt_too_long':
      throw new RequestError(
        'prompt_too_long',
        `prompt: with its wildcards it is longer than ${PROMPT_LIMIT} characters.`,
        {
          field: 'prompt',
          limit: PROMPT_LIMIT,
          hint: 'Draw from shorter lines, or from fewer wildcards.',
        },
      );
    case 'unclosed_brace':
      // It is text, as the page says while it is typed.
      return;
  }
}
