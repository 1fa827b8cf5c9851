/** The kinds of field that requests are made of, as schemas: numbers within limits, ids, texts that can be saved again. */
import { z } from 'zod';

import { PROMPT_LIMIT, type NumberLimit } from './units.ts';

/** A number within limits. */
export const numberField = (limit: NumberLimit): z.ZodNumber => {
  let schema = z.number().min(limit.minimum).max(limit.maximum);
  if (limit.integer) schema = schema.int();
  return limit.multipleOf === undefined ? schema : schema.multipleOf(limit.multipleOf);
};

// A NUL ends strings in other programs and a lone surrogate has no UTF-8 form: neither could be saved and read back.
const isCleanText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

/** A prompt. */
export const textField = z
  .string()
  .max(PROMPT_LIMIT)
  .refine(isCleanText, { params: { code: 'bad_text' } });

/** The name of something: a model, a sampler. */
export const idField = z
  .string()
  .min(1)
  .max(256)
  .refine(isCleanText, { params: { code: 'bad_text' } });
