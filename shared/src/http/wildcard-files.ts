/** /api/v1/wildcards/:name: one wildcard with its text, and what may be done with it. */
import { z } from 'zod';

import { isWildcardName, WILDCARD_NAME_LIMIT } from '../prompt/wildcard-names.ts';
import { wildcardView } from './wildcards.ts';

/** Bytes of one file, and how many files are looked at in all. */
export const WILDCARD_BYTES = 2 ** 20;
export const MOST_WILDCARDS = 5000;

/** Path below the folder, without `.txt`: what stands between the underscores. */
const wildcardName = z
  .string()
  .min(1)
  .max(WILDCARD_NAME_LIMIT)
  .refine(isWildcardName, { params: { code: 'bad_name' } });

export const wildcardFile = wildcardView.extend({
  text: z.string(),
  /** Changes with the text; to be sent back with the next one. */
  version: z.string(),
});
export type WildcardFile = z.infer<typeof wildcardFile>;

// As in requests: what has no UTF-8 form could not be kept.
const isCleanText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

export const wildcardSave = z.strictObject({
  text: z
    .string()
    .max(WILDCARD_BYTES)
    .refine(isCleanText, { params: { code: 'bad_text' } }),
  /** Of the text this one takes the place of; null = there is no such file yet. */
  version: z.string().max(64).nullable(),
});
export type WildcardSave = z.infer<typeof wildcardSave>;

export const wildcardRename = z.strictObject({ to: wildcardName });
export const wildcardParams = z.object({ name: wildcardName });
