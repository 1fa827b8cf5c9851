/** What a picture's prompts were drawn from. Schemas alone: they are in the first thing that a page loads. */
import { z } from 'zod';

import { textField } from '../fields.ts';

const isCleanName = (name: string): boolean =>
  name.trim() === name && !/[\p{Cc}\p{Surrogate}]/u.test(name) && !/^-{3,}/.test(name);

/** Styles are kept by name in one file, so a name needs no letters that a file may have. */
export const styleName = z
  .string()
  .min(1)
  .max(200)
  .refine(isCleanName, { params: { code: 'bad_name' } });

/** Styles one request may name. */
const MOST_NAMED = 50;

export const styleNames = z.array(styleName).max(MOST_NAMED);

/** As it was typed. */
export const promptTemplate = z.strictObject({
  prompt: textField,
  negativePrompt: textField,
  styles: styleNames.optional(),
});
export type PromptTemplate = z.infer<typeof promptTemplate>;
