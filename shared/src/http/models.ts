/** GET /api/v1/models */
import { z } from 'zod';

import { textToImageParameters } from '../generation.ts';

const generationDefaults = textToImageParameters.pick({
  width: true,
  height: true,
  steps: true,
  guidance: true,
  sampler: true,
  schedule: true,
  clipSkip: true,
  rng: true,
});

export const modelView = z.object({
  /** Path below the models folder's checkpoints, without extension; what `model` in a request means. */
  id: z.string(),
  /** For people: the title in the file, else the file's stem. */
  name: z.string(),
  /** File name without folders. */
  fileName: z.string(),
  sizeBytes: z.number().int(),
  /** SHA-256 of the whole file in hex; null until it has been computed. */
  sha256: z.string().nullable(),
  isUsable: z.boolean(),
  /** Why it cannot be used; null when it can. */
  reason: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  family: z.string().nullable(),
  familyLabel: z.string().nullable(),
  /** What the detection went by. */
  evidence: z.string().nullable(),
  defaults: generationDefaults.nullable(),
  examples: z.array(z.string()),
});
export type ModelView = z.infer<typeof modelView>;

export const modelList = z.object({
  models: z.array(modelView),
  /** The model used when a request names none; null when there is no usable one. */
  defaultModel: z.string().nullable(),
});
export type ModelList = z.infer<typeof modelList>;

export const modelQuery = z.strictObject({
  /** `1` looks at the folder again first. */
  refresh: z.enum(['0', '1']).optional(),
});
