/** /api/v1/models/:id and what may be asked of the list: all about one model, and what a person says of it. */
import { z } from 'zod';

import { checkpointOverrides } from '../checkpoint.ts';
import { generationDefaults, MODEL_KINDS, modelDefaults, modelView } from './models.ts';

export const modelQuery = z.strictObject({
  /** `1` looks at the folders again first. */
  refresh: z.enum(['0', '1']).optional(),
  /** Checkpoints only, where nothing is said. */
  kind: z.enum([...MODEL_KINDS, 'all']).optional(),
});

/** What other programs left beside the file, as plain text. */
const besideModel = z.object({
  description: z.string().nullable(),
  notes: z.string().nullable(),
  triggerWords: z.array(z.string()),
  /** What it was made from, in its maker's words. */
  baseModel: z.string().nullable(),
  /** How strongly to apply it; of LoRAs. */
  preferredWeight: z.number().nullable(),
});
export type BesideModel = z.infer<typeof besideModel>;

export const modelDetail = modelView.extend({
  beside: besideModel,
  /** The model's own defaults, before what a person set. */
  detectedDefaults: generationDefaults.nullable(),
});
export type ModelDetail = z.infer<typeof modelDetail>;

export const MODEL_NOTES_LIMIT = 20_000;
const TRIGGER_WORDS_LIMIT = 100;
const TRIGGER_WORD_LENGTH = 500;

// As in requests: what has no UTF-8 form could not be kept.
const isCleanText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);
const cleanText = (length: number) =>
  z
    .string()
    .max(length)
    .refine(isCleanText, { params: { code: 'bad_text' } });

/** What a person says of a model. Each field given takes the place of what was there; absent ones stay. */
export const modelChange = z.strictObject({
  notes: cleanText(MODEL_NOTES_LIMIT).optional(),
  triggerWords: z.array(cleanText(TRIGGER_WORD_LENGTH).min(1)).max(TRIGGER_WORDS_LIMIT).optional(),
  overrides: checkpointOverrides.optional(),
  defaults: modelDefaults.optional(),
});
export type ModelChange = z.infer<typeof modelChange>;

/** Which picture of the gallery becomes the model's. */
export const modelPreviewChoice = z.strictObject({ image: z.string().min(1).max(100) });
