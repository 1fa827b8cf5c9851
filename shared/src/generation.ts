/**
 * The one request every layer speaks: what a person may ask for, and its resolved form that makes the same picture again.
 *
 * Ids (model, sampler, schedule) are strings here; the engine's catalogue says which strings exist.
 */
import { z } from 'zod';

import { LIMITS, PROMPT_LIMIT, type NumberLimit } from './units.ts';

const number = (limit: NumberLimit) => {
  let schema = z.number().min(limit.minimum).max(limit.maximum);
  if (limit.integer) schema = schema.int();
  return limit.multipleOf === undefined ? schema : schema.multipleOf(limit.multipleOf);
};

// A NUL ends strings in other programs and a lone surrogate has no UTF-8 form: neither could be saved and read back.
const isCleanText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);
const text = z
  .string()
  .max(PROMPT_LIMIT)
  .refine(isCleanText, { params: { code: 'bad_text' } });
const id = z
  .string()
  .min(1)
  .max(256)
  .refine(isCleanText, { params: { code: 'bad_text' } });

/** Sources of the initial noise. `nv` = Philox as CUDA makes it, `cpu` = torch's Mersenne Twister. */
export const RNG_SOURCES = ['nv', 'cpu'] as const;
export type RngSource = (typeof RNG_SOURCES)[number];

/** All that may be asked of a text-to-image job; everything but the prompt has a default from the model's family. */
export const textToImageRequest = z.strictObject({
  type: z.literal('text-to-image').default('text-to-image'),
  prompt: text,
  negativePrompt: text.optional(),
  model: id.optional(),
  width: number(LIMITS.width).optional(),
  height: number(LIMITS.height).optional(),
  steps: number(LIMITS.steps).optional(),
  guidance: number(LIMITS.guidance).optional(),
  sampler: id.optional(),
  schedule: id.optional(),
  seed: number(LIMITS.seed).optional(),
  count: number(LIMITS.count).optional(),
  clipSkip: number(LIMITS.clipSkip).optional(),
  rng: z.enum(RNG_SOURCES).optional(),
});
export type TextToImageRequest = z.infer<typeof textToImageRequest>;

/** The same with nothing left open: posted to /api/v1/jobs as it is, it makes the same picture. Seed is never -1. */
export const textToImageParameters = textToImageRequest.required();
export type TextToImageParameters = z.infer<typeof textToImageParameters>;

/** Every kind of job. A new kind is one more member here and one file in engine/src/jobs. */
export const generationRequest = z.discriminatedUnion('type', [textToImageRequest]);
export type GenerationRequest = z.infer<typeof generationRequest>;
export type GenerationParameters = TextToImageParameters;

/** What a family or a model's sidecar suggests where the request says nothing. */
export type GenerationDefaults = Pick<
  TextToImageParameters,
  'width' | 'height' | 'steps' | 'guidance' | 'sampler' | 'schedule' | 'clipSkip' | 'rng'
>;
