/** What a network is told of one prompt over the steps: every text it has encoded once, and which one counts when. */
import { entryAt } from '@easel/shared/prompt/schedule';
import { readPrompt } from '@easel/shared/prompt/read-prompt';

import type { Emphasis } from '../conditioning/emphasis.ts';
import type { Conditioning } from '../denoisers/types.ts';
import type { ConditioningOptions, Pipeline } from '../families/types.ts';
import type { Tensor } from '../numeric/tensor.ts';

export interface ToldPart {
  readonly weight: number;
  readonly conditioning: Conditioning;
}

/** By the evaluation of the walk, counted from 0, the parts of the prompt that count. At least one. */
export type ToldPrompt = (evaluation: number) => readonly ToldPart[];

export interface TellOptions {
  readonly emphasis: Emphasis;
  /** Evaluations of the walk as schedules count them: steps, twice as many for samplers that look twice. */
  readonly evaluations: number;
}

/** @throws out_of_range for a clip skip beyond the text encoder's layers */
export async function tellPrompt(
  pipeline: Pipeline,
  text: string,
  options: ConditioningOptions,
  { emphasis, evaluations }: TellOptions,
): Promise<ToldPrompt> {
  const { parts } = readPrompt(text, { steps: evaluations, isNegative: options.isNegative });
  const known = new Map<string, Conditioning>();
  for (const { timeline } of parts) {
    for (const entry of timeline) {
      if (!known.has(entry.text))
        known.set(entry.text, await pipeline.condition(pipeline.tokenize(entry.text, emphasis), options));
    }
  }
  return (evaluation) =>
    parts.map(({ weight, timeline }) => ({
      weight,
      conditioning: known.get(entryAt(timeline, evaluation).text) as Conditioning,
    }));
}

/**
 * Two prompts whose texts are as long as the longer of them, by chunks of an empty prompt behind the shorter.
 *
 * @param filling what the network is told of an empty prompt; null leaves them as they are
 * @source the WebUI's `pad_cond_uncond`
 */
export function equallyLong(
  prompts: readonly [readonly ToldPart[], readonly ToldPart[]],
  filling: Conditioning | null,
): readonly [readonly ToldPart[], readonly ToldPart[]] {
  const chunk = filling?.['context'];
  if (chunk === undefined) return prompts;
  const most = longestOf(prompts.flat());
  const filled = (parts: readonly ToldPart[]): ToldPart[] => parts.map((part) => filledUp(part, most, () => chunk));
  const [first, second] = prompts;
  return [filled(first), filled(second)];
}

/**
 * Parts that are joined by AND are as long as the longest of them: their last vector is told again and again.
 *
 * @source the WebUI's `stack_conds`
 */
export function asLongAsLongest(parts: readonly ToldPart[]): readonly ToldPart[] {
  const most = longestOf(parts);
  const lastOf = ({ data, shape: [, , width = 0] }: Tensor): Tensor => ({
    data: data.slice(-width),
    shape: [1, 1, width],
  });
  return parts.map((part) => filledUp(part, most, lastOf));
}

const longestOf = (parts: readonly ToldPart[]): number =>
  Math.max(0, ...parts.map(({ conditioning }) => conditioning['context']?.shape[1] ?? 0));

/** A part whose context [1, t, d] is `tokens` long, by what `fillingOf` gives for it as often behind it as it takes. */
function filledUp(part: ToldPart, tokens: number, fillingOf: (context: Tensor) => Tensor): ToldPart {
  const { context } = part.conditioning;
  const [, length = 0, width = 0] = context?.shape ?? [];
  if (context === undefined || length >= tokens) return part;
  const filling = fillingOf(context).data;
  const data = new Float32Array(tokens * width);
  data.set(context.data);
  for (let start = context.data.length; start < data.length; start += filling.length) data.set(filling, start);
  return { ...part, conditioning: { ...part.conditioning, context: { data, shape: [1, tokens, width] } } };
}

/** Whether the parts of a prompt need the negative prediction to be made one. */
export function needsNegativeToCompose(text: string): boolean {
  const { parts } = readPrompt(text, { steps: 1, isNegative: false });
  return parts.length > 1 || parts[0]?.weight !== 1;
}
