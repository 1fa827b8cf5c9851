/**
 * The one request every layer speaks: what a person may ask for, and its resolved form that makes the same picture again.
 *
 * Ids (model, sampler, schedule) are strings here; the engine's catalogue says which strings exist.
 */
import { z } from 'zod';

import { idField as id, numberField as number, textField as text } from './fields.ts';
import { optionFields } from './options/values.ts';
import { promptTemplate, styleNames } from './prompt/template.ts';
import { LIMITS } from './units.ts';

/** Sources of the initial noise. `nv` = Philox as CUDA makes it, `cpu` = torch's Mersenne Twister. */
export const RNG_SOURCES = ['nv', 'cpu'] as const;
export type RngSource = (typeof RNG_SOURCES)[number];

/**
 * What everybody sets, and what every picture has; options (shared/src/options) come beside it.
 */
const textToImageBasics = z.strictObject({
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

/** A person's correction of the model's detection that is no option; kept, so that the picture can be made again. */
const corrections = {
  /** Id of the family the model is taken for; absent = the one detected. */
  family: id.optional(),
};

/** What prompts are made from before they are told to a model. */
const building = {
  /** Names of styles that are put on the prompts, in this order, before anything else. Of a picture absent. */
  styles: styleNames.optional(),
  /**
   * What the prompts beside it were drawn from. Where it is given, they are taken as they stand: nothing is drawn again.
   */
  template: promptTemplate.optional(),
};

/** All that may be asked of a text-to-image job; everything but the prompt has a default from the model's family. */
export const textToImageRequest = textToImageBasics.extend(building).extend(corrections).extend(optionFields);
export type TextToImageRequest = z.infer<typeof textToImageRequest>;

/**
 * The same with nothing left open: posted to /api/v1/jobs as it is, it makes the same picture. Seed is never -1. An option
 * that is absent is neutral.
 */
export const textToImageParameters = textToImageBasics
  .required()
  .extend(building)
  .extend(corrections)
  .extend(optionFields);
export type TextToImageParameters = z.infer<typeof textToImageParameters>;

/**
 * What one picture of a job is made from: its own seeds, count 1. Each further picture takes the next seed; where seeds are
 * varied it keeps the seed and takes the next variation, as the WebUI does.
 */
export function parametersOfPicture(parameters: TextToImageParameters, imageIndex: number): TextToImageParameters {
  const { seed, variationSeed, variationStrength = 0 } = parameters;
  const one = { ...parameters, count: 1 };
  return variationStrength === 0
    ? { ...one, seed: seed + imageIndex }
    : { ...one, variationSeed: (variationSeed ?? 0) + imageIndex };
}

/** Every kind of job. A new kind is one more member here and one file in engine/src/jobs. */
export const generationRequest = z.discriminatedUnion('type', [textToImageRequest]);
export type GenerationRequest = z.infer<typeof generationRequest>;
export type GenerationParameters = TextToImageParameters;

/** What a family or a model's sidecar suggests where the request says nothing. */
export type GenerationDefaults = Pick<
  TextToImageParameters,
  'width' | 'height' | 'steps' | 'guidance' | 'sampler' | 'schedule' | 'clipSkip' | 'rng' | 'upscaler'
>;
