/** Kinds of problems of a prompt. A list alone: it is in the first thing that a page loads; problems.ts finds them. */
export const PROMPT_PROBLEMS = [
  /** A bracket that never closes weighs everything behind it. */
  'bracket_not_closed',
  'bracket_not_opened',
  /** A bar or a backslash keeps the schedules of the text from being read. */
  'schedule_not_read',
  /** The switch lies behind the last step, or before the first. */
  'switch_never',
  'switch_at_once',
  'lora_not_found',
  /** There is such a LoRA, but it is for models of another kind. */
  'lora_wrong_base',
  /** The name of an embedding that the model reads as words, since it was made for another kind. */
  'embedding_wrong_base',
  /** Block weights or steps of a tag that say nothing. */
  'tag_part_not_read',
  'hypernetwork_not_found',
  'unknown_tag',
  'wildcard_not_found',
  /** A wildcard without lines, or one that comes to name itself, cannot be drawn. */
  'wildcard_empty',
  'wildcard_cycle',
  /** A brace without a partner is text. */
  'brace_not_paired',
  /** Tags and AND are words in a negative prompt. */
  'tag_in_negative',
  'and_in_negative',
] as const;
export type PromptProblemKind = (typeof PROMPT_PROBLEMS)[number];
