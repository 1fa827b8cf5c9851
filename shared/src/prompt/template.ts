/** What a picture's prompts were drawn from. Schemas alone: they are in the first thing that a page loads. */
import { z } from 'zod';

import { textField } from '../fields.ts';
import { styleName } from '../http/styles.ts';

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
