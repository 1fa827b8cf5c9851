/**
 * A whole prompt in the WebUI's order: comments out, tags out, parts joined by AND, each a timeline of texts. What is left
 * in the texts is emphasis, which `weights.ts` reads.
 */
import { splitConjunction } from './conjunction.ts';
import { promptTimeline, type TimelineEntry, type TimelineOptions } from './schedule.ts';
import { dropComments, takeTags, type NetworkTag } from './tags.ts';

export interface ReadPromptOptions extends TimelineOptions {
  /** Tags and AND are words in a negative prompt. */
  readonly isNegative: boolean;
}

export interface PromptPart {
  readonly weight: number;
  readonly timeline: readonly TimelineEntry[];
}

export interface ReadPrompt {
  readonly tags: readonly NetworkTag[];
  /** At least one; their pieces stand in the text as it was given. */
  readonly parts: readonly PromptPart[];
}

export function readPrompt(text: string, { isNegative, ...timeline }: ReadPromptOptions): ReadPrompt {
  const source = dropComments(text);
  if (isNegative) return { tags: [], parts: [{ weight: 1, timeline: promptTimeline(source, timeline) }] };
  const { prompt, tags } = takeTags(source);
  const parts = splitConjunction(prompt).map((part) => ({
    weight: part.weight,
    timeline: promptTimeline(part, timeline),
  }));
  return { tags, parts };
}
