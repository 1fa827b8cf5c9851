/** /api/v1/models: what lies in the model folders, what is known of it, and what a person says of it. */
import { z } from 'zod';

import { checkpointDetection, checkpointOverrides } from '../checkpoint.ts';
import { textToImageParameters } from '../generation.ts';
import { conditioningWidths, networkView } from '../networks.ts';

export const generationDefaults = textToImageParameters.pick({
  width: true,
  height: true,
  steps: true,
  guidance: true,
  sampler: true,
  schedule: true,
  clipSkip: true,
  rng: true,
  upscaler: true,
});

/** What a file is for, by the folder it lies in. */
export const MODEL_KINDS = [
  'checkpoint',
  'vae',
  'lora',
  'embedding',
  'upscaler',
  'controlnet',
  'hypernetwork',
  'motion',
] as const;
export const modelKind = z.enum(MODEL_KINDS);
export type ModelKind = z.infer<typeof modelKind>;

/** How far the hashes of a file are: `stopped` by a person, `none` where nothing is to be hashed. */
const hashState = z.enum(['none', 'waiting', 'running', 'done', 'stopped', 'failed']);

const modelHashes = z.object({
  /** Of the whole file in hex; null until it has been computed. */
  sha256: z.string().nullable(),
  /** Its first 10 digits. */
  autoV2: z.string().nullable(),
  /** The first 12 digits of the SHA-256 of a .safetensors without its header; it stays when metadata is edited. */
  autoV3: z.string().nullable(),
  /** 8 digits of 64 KiB in the middle, as programs of 2022 showed it; null also for a file that is too short. */
  short: z.string().nullable(),
});

/** What a person sets where the model's own defaults do not please; absent = the model's own. */
export const modelDefaults = generationDefaults
  .partial()
  .extend({
    /** Id of a VAE to decode with in place of the model's own. */
    vae: z.string().min(1).max(1024).optional(),
  })
  .strict();
export type ModelDefaults = z.infer<typeof modelDefaults>;

export const modelView = z.object({
  /** Path below the folder of its kind, without extension; what `model` in a request means. */
  id: z.string(),
  kind: modelKind,
  /** For people: the title in the file, else the file's stem. */
  name: z.string(),
  /** File name without folders. */
  fileName: z.string(),
  /** Name of the extra folder it lies in; null = the own models folder. */
  root: z.string().nullable(),
  sizeBytes: z.number().int(),
  modifiedAt: z.string(),
  /** SHA-256 of the whole file in hex; null until it has been computed. */
  sha256: z.string().nullable(),
  hashes: modelHashes,
  hashing: hashState,
  isUsable: z.boolean(),
  /** Whether the folder it lies in can be reached. */
  isAvailable: z.boolean(),
  /** Why it cannot be used; null when it can. */
  reason: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  family: z.string().nullable(),
  familyLabel: z.string().nullable(),
  /** What the detection went by. */
  evidence: z.string().nullable(),
  /** What the file says of itself, piece by piece; null until it has been examined, and where it is of no known kind. */
  detection: checkpointDetection.nullable(),
  /** What a LoRA, one of its kin or an embedding is; null for other kinds, and until it has been examined. */
  network: networkView.nullable(),
  /** Widths that a checkpoint's networks exchange text in: which files go with it; null where that is not known. */
  conditioning: conditioningWidths.nullable(),
  /** A person's corrections of that. */
  overrides: checkpointOverrides,
  /** What a request that says nothing gets: the model's own, ruled by `ownDefaults`. */
  defaults: generationDefaults.nullable(),
  ownDefaults: modelDefaults,
  /** Part of the picture's address that changes with it; null when there is no picture. */
  preview: z.string().nullable(),
  notes: z.string(),
  triggerWords: z.array(z.string()),
  examples: z.array(z.string()),
});
export type ModelView = z.infer<typeof modelView>;

/** A folder of another program that models are read from. */
const modelRoot = z.object({
  name: z.string(),
  /** Whose arrangement it is: `webui`, `comfyui`, `invokeai`, or `plain` for a folder of files. */
  layout: z.enum(['webui', 'comfyui', 'invokeai', 'plain']).nullable(),
  isAvailable: z.boolean(),
  /** Sentences about parts of it that are left out, or why it cannot be reached. */
  problems: z.array(z.string()),
});
export type ModelRoot = z.infer<typeof modelRoot>;

export const modelList = z.object({
  models: z.array(modelView),
  /** The model used when a request names none; null when there is no usable one. */
  defaultModel: z.string().nullable(),
  roots: z.array(modelRoot),
});
export type ModelList = z.infer<typeof modelList>;
