/**
 * From what a person typed to what a picture is made from: styles are put on, comments left out, wildcards and braces
 * drawn with the picture's seed. Pure; files are passed in.
 */
import { PROMPT_LIMIT } from '../units.ts';
import { hasChoices, resolveChoices, seededDraws, type ChoiceProblem, type ReadWildcard } from './choices.ts';
import { applyStyles, type Style } from './styles.ts';
import { dropComments } from './tags.ts';

/** The two texts of one picture. */
export interface PromptTexts {
  readonly prompt: string;
  readonly negativePrompt: string;
}

export interface DrawnPrompts extends PromptTexts {
  /** Of both texts; where there is any, the texts are not whole. */
  readonly problems: readonly ChoiceProblem[];
}

/** What is to be drawn: the typed texts with their styles on. Null where nothing is, and the texts are as typed. */
export function textsToDraw({ prompt, negativePrompt }: PromptTexts, styles: readonly Style[]): PromptTexts | null {
  const texts = {
    prompt: withStyles(
      prompt,
      styles.map((style) => style.prompt),
    ),
    negativePrompt: withStyles(
      negativePrompt,
      styles.map((style) => style.negativePrompt),
    ),
  };
  const isDrawn = styles.length > 0 || canChoose(prompt) || canChoose(negativePrompt);
  return isDrawn ? texts : null;
}

/**
 * The texts of the picture with this seed: the same for the same seed, whichever other pictures are made with it.
 *
 * @source dynamic-prompts, which seeds by the picture too
 */
export function drawPrompts(texts: PromptTexts, seed: number, readWildcard: ReadWildcard): DrawnPrompts {
  // Two streams, so that another prompt does not change what the negative prompt draws.
  const prompt = drawText(texts.prompt, seed, readWildcard);
  const negative = drawText(texts.negativePrompt, seed + NEGATIVE_STREAM, readWildcard);
  return {
    prompt: prompt.text,
    negativePrompt: negative.text,
    problems: [...prompt.problems, ...negative.problems],
  };
}

/** One text, with the stream of the positive prompt. */
function drawText(
  text: string,
  seed: number,
  readWildcard: ReadWildcard,
): { text: string; problems: readonly ChoiceProblem[] } {
  if (!canChoose(text)) return { text, problems: [] };
  return resolveChoices(dropComments(text).text, seededDraws(seed), readWildcard, PROMPT_LIMIT);
}

/** Far from any seed that a neighbouring picture has. */
const NEGATIVE_STREAM = 2 ** 40;

/** Whether a text has anything to draw; in a comment nothing is. */
const canChoose = (text: string): boolean => /[{_]/.test(text) && hasChoices(dropComments(text).text);

/** In a comment behind the prompt a style would be lost, so comments go first. */
const withStyles = (text: string, styles: readonly string[]): string =>
  styles.length === 0
    ? text
    : applyStyles(
        dropComments(text).text.trim(),
        styles.map((style) => dropComments(style).text.trim()),
      );
