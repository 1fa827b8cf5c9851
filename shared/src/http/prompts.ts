/** /api/v1/prompts: prompts that were used, each remembered once, and templates that a person saved. */
import { z } from 'zod';

import { textField } from '../fields.ts';
import { styleName } from '../prompt/template.ts';

/** Prompts that are remembered beside the starred ones; the oldest go. */
export const MOST_REMEMBERED = 2000;
/** Stars are a person's own and do not go by themselves, so there is an end to them. */
export const MOST_STARRED = 2000;
/** Templates that may be saved. */
export const MOST_TEMPLATES = 1000;

const flag = z.enum(['0', '1']).transform((text) => text === '1');

export const promptHistoryQuery = z.strictObject({
  /** Words that all have to occur, whatever their case. */
  query: z.string().max(1000).default(''),
  /** `1` = starred ones only. */
  starred: flag.default(false),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(40).optional(),
});
export type PromptHistoryQuery = z.output<typeof promptHistoryQuery>;

export const usedPrompt = z.object({
  id: z.string(),
  /** As they were typed. */
  prompt: z.string(),
  negativePrompt: z.string(),
  styles: z.array(z.string()),
  /** Jobs that were asked for with it. */
  uses: z.number().int(),
  isStarred: z.boolean(),
  usedAt: z.string(),
});
export type UsedPrompt = z.infer<typeof usedPrompt>;

/** Last used first. */
export const promptHistory = z.object({
  prompts: z.array(usedPrompt),
  nextCursor: z.string().nullable(),
  /** How many there are that match. */
  total: z.number().int(),
});
export type PromptHistory = z.infer<typeof promptHistory>;

export const usedPromptChange = z.strictObject({ isStarred: z.boolean() });
export const usedPromptParams = z.object({ id: z.string().max(100) });

export const templateView = z.object({
  name: z.string(),
  prompt: z.string(),
  negativePrompt: z.string(),
  changedAt: z.string(),
});
export type TemplateView = z.infer<typeof templateView>;

/** By name. */
export const templateList = z.object({ templates: z.array(templateView) });

export const templateSave = z.strictObject({
  /** With slots, `<?subject>` and `<?subject:a cat>`; see prompt/slots.ts. */
  prompt: textField,
  negativePrompt: textField,
  /** Its new name, if it gets one. */
  name: styleName.optional(),
});
export type TemplateSave = z.infer<typeof templateSave>;
export const templateParams = z.object({ name: styleName });
