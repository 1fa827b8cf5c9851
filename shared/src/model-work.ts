/**
 * Work that makes a model file out of others: converting one, merging several. Requests as they are posted to
 * /api/v1/jobs and as the command line makes them; no picture comes of them.
 *
 * Ids of models are strings here, as in requests for pictures. What is made lies in the own models folder.
 */
import { z } from 'zod';

import { idField as model, numberField } from './fields.ts';
import type { NumberLimit } from './units.ts';

const OUTPUT_NAME_LIMIT = 200;
/** One folder or file: no separators, no characters that some system forbids, no dot or space at either end. */
const NAME_PART = /^(?![. ])[^\\/:*?"<>|\u0000-\u001f\u007f\p{Surrogate}]+(?<![. ])$/u;
/** Names that Windows gives to devices, with any ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Whether a name of what is made stays in its folder and can exist on every system; folders with forward slashes. */
function isOutputName(name: string): boolean {
  return name.split('/').every((part) => NAME_PART.test(part) && !DEVICE_NAME.test(part));
}

/** Path below the folder of what is made, without extension: it becomes the id of the new model. */
const output = z
  .string()
  .min(1)
  .max(OUTPUT_NAME_LIMIT)
  .refine(isOutputName, { params: { code: 'bad_name' } });

/** What numbers are written as: as they are in the file, or rounded to the nearest, ties to even. */
export const PRECISIONS = ['keep', 'fp32', 'fp16', 'bf16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** One .safetensors under the original names, or a folder as diffusers saves it. */
export const MODEL_FORMS = ['single-file', 'diffusers'] as const;
export type ModelForm = (typeof MODEL_FORMS)[number];

/** All of a checkpoint, or its VAE alone, which then is a file of its own. */
export const MODEL_PARTS = ['all', 'vae'] as const;
export type ModelPart = (typeof MODEL_PARTS)[number];

/**
 * The averaged copies that training leaves beside the weights: kept as they are, left out, or put in the place of the
 * weights. A folder of diffusers has no room for them, so `keep` leaves them out there.
 */
export const EMA_CHOICES = ['keep', 'drop', 'use'] as const;
export type EmaChoice = (typeof EMA_CHOICES)[number];

const MOST_BAKED = 20;
export const BAKED_WEIGHT = { minimum: -10, maximum: 10, integer: false } as const satisfies NumberLimit;

/** A LoRA and how much of it. */
const bakedLora = z.strictObject({
  model,
  weight: numberField(BAKED_WEIGHT).default(1),
  /** Of its changes of the text encoders; as the weight when absent. */
  textWeight: numberField(BAKED_WEIGHT).optional(),
});

/** All that may be asked of a conversion. */
export const convertRequest = z.strictObject({
  type: z.literal('convert'),
  model,
  output,
  form: z.enum(MODEL_FORMS).default('single-file'),
  part: z.enum(MODEL_PARTS).default('all'),
  precision: z.enum(PRECISIONS).default('keep'),
  ema: z.enum(EMA_CHOICES).default('keep'),
  /** A model whose VAE takes the place of its own: a VAE file, or a checkpoint. */
  vae: model.optional(),
  /** A checkpoint that gives what the model lacks: the text encoders and the VAE of a U-Net alone. */
  base: model.optional(),
  /** LoRA that become part of the weights. */
  loras: z.array(bakedLora).min(1).max(MOST_BAKED).optional(),
  /** Whether what already has the name may be replaced. */
  overwrite: z.boolean().default(false),
});
export type ConvertRequest = z.input<typeof convertRequest>;
export type ConvertParameters = z.output<typeof convertRequest>;

/**
 * - `weighted-sum`: (1 - w2 - w3) · first + w2 · second + w3 · third
 * - `add-difference`: first + w · (second - third)
 */
export const MERGE_METHODS = ['weighted-sum', 'add-difference'] as const;
export type MergeMethod = (typeof MERGE_METHODS)[number];

export const MERGE_WEIGHT = { minimum: -2, maximum: 2, integer: false } as const satisfies NumberLimit;

/** All that may be asked of a merge. The first model gives names, metadata and everything that only it has. */
export const mergeRequest = z.strictObject({
  type: z.literal('merge'),
  method: z.enum(MERGE_METHODS),
  models: z.array(model).min(2).max(3),
  /** One for each model after the first; for `add-difference` one alone. */
  weights: z.array(numberField(MERGE_WEIGHT)).min(1).max(2),
  output,
  precision: z.enum(PRECISIONS).default('keep'),
  vae: model.optional(),
  overwrite: z.boolean().default(false),
});
export type MergeRequest = z.input<typeof mergeRequest>;
export type MergeParameters = z.output<typeof mergeRequest>;

/** What is wrong with a merge that every field allows by itself; null when nothing is. */
export function mergeProblem({
  method,
  models,
  weights,
}: Pick<MergeParameters, 'method' | 'models' | 'weights'>): { field: 'models' | 'weights'; message: string } | null {
  if (method === 'add-difference' && models.length !== 3)
    return { field: 'models', message: 'adding a difference takes three models: the first, and the two that differ' };
  const wanted = method === 'add-difference' ? 1 : models.length - 1;
  if (weights.length === wanted) return null;
  return {
    field: 'weights',
    message: `this takes ${wanted === 1 ? 'one weight' : 'two weights: one for each model after the first'}`,
  };
}

/** Every kind of work on model files. A new kind is one more member here and one file in engine/src/jobs. */
export const modelWorkRequest = z.discriminatedUnion('type', [convertRequest, mergeRequest]);
export type ModelWorkRequest = z.output<typeof modelWorkRequest>;
/** The same with nothing left open: ids as the library has them. */
export type ModelWorkParameters = ModelWorkRequest;

export const modelWorkProgress = z.object({
  /** Bytes of the new file. */
  doneBytes: z.number().int(),
  /** 0 until it is known. */
  totalBytes: z.number().int(),
  activity: z.enum(['reading', 'writing', 'finishing']),
  /** null until there is a measure. */
  etaMs: z.number().nullable(),
});
export type ModelWorkProgress = z.infer<typeof modelWorkProgress>;

/** What came of it. */
export const modelWorkResult = z.object({
  /** Below the folder it was made in, with extension. */
  file: z.string(),
  sizeBytes: z.number().int(),
  tensors: z.number().int(),
  /** Sentences about what was left out or does not fit; empty when there is nothing to say. */
  notes: z.array(z.string()),
});
export type ModelWorkResult = z.infer<typeof modelWorkResult>;
