/**
 * Messages between the server and the engine process (child_process.fork, `serialization: 'advanced'`).
 *
 * The engine's run() blocks its event loop for up to a step, so it announces with `quiet` how long it may be silent;
 * a longer silence means it hangs. One job runs at a time; a `cancel` is obeyed between steps.
 */
import type { Catalogue } from './catalogue.ts';
import type { CheckpointDetection, CheckpointOverrides } from './checkpoint.ts';
import type { WireError } from './errors.ts';
import type { GenerationDefaults, GenerationParameters } from './generation.ts';
import type { CheckpointFootprint, MemoryPlan, Stage } from './memory.ts';
import type { Fallback, PictureNote } from './picture-notes.ts';
import type { StepRange } from './prompt/lora-steps.ts';
import type { ConditioningWidths, NetworkView } from './networks.ts';
import type { ModelWorkParameters, ModelWorkProgress, ModelWorkResult } from './model-work.ts';

/** Raised with every incompatible change; server and engine refuse to talk across versions. */
export const ENGINE_PROTOCOL = 1;

/** What a checkpoint's header tells, without reading weights. */
export interface CheckpointInspection {
  family: string;
  familyLabel: string;
  /** Why this family: one sentence, e.g. `modelspec.architecture says stable-diffusion-v1`. */
  evidence: string;
  title: string | null;
  defaults: GenerationDefaults;
  /** Prompts the model's maker suggests; empty when none. */
  examples: string[];
  /** Bytes of weights the engine would map. */
  weightBytes: number;
  /** What its networks weigh and what their passes take; absent where nobody has looked so closely. */
  footprint?: CheckpointFootprint;
  /** Widths that its networks exchange text in; absent where nobody has looked so closely. */
  conditioning?: ConditioningWidths;
  /** What the file says of itself; the family above and the defaults have a person's corrections in them. */
  detection: CheckpointDetection;
}

export interface EngineJob {
  jobId: string;
  /** Absolute path of the checkpoint. */
  checkpoint: string;
  /** What a person says of it; another correction is another model. Absent = as detected. */
  overrides?: CheckpointOverrides;
  /** Where the parameters name a refiner: its file. */
  refiner?: { checkpoint: string; overrides?: CheckpointOverrides };
  /** Where the parameters name an upscaler: its file. */
  upscaler?: { file: string };
  /** The LoRA (or kin) that the prompt's tags name, in their order; one file may stand there twice. */
  adapters?: EngineAdapter[];
  /** The hypernetworks that the prompt's tags name, in their order. */
  hypernetworks?: EngineHypernetwork[];
  /** The textual inversions that the prompts may name. */
  embeddings?: EngineEmbedding[];
  parameters: GenerationParameters;
  /** Which pictures of the job to make, by index in [0, count): on a retry only the missing ones. */
  imageIndexes: number[];
  /** Whether anybody wants previews. */
  previews: boolean;
  /** A VAE to decode with in place of the model's own. */
  vae?: { file: string };
  /** Files of a tiny autoencoder that previews may be decoded with. */
  previewDecoder?: { files: string[] };
  /** How it fits the memory; absent = the engine sees for itself. */
  memory?: JobMemory;
}

/** A LoRA's file and how strongly it is used. */
export interface EngineAdapter {
  /** Absolute path. */
  file: string;
  /** Factors on what it changes in the text encoders and in the U-Net; negative and 0 allowed. */
  textWeight: number;
  unetWeight: number;
  /** Only so many of its ranks count; null = all. */
  rankLimit: number | null;
  /** Factors on it in each block of the networks, in the order of `LORA_BLOCKS`; absent = 1 in all. */
  blocks?: readonly number[];
  /** Steps at which what it changes in the U-Net counts; absent = all. The text is read once, before them. */
  steps?: StepRange;
}

/** A hypernetwork's file and how strongly it is used. */
export interface EngineHypernetwork {
  /** Absolute path. */
  file: string;
  weight: number;
}

/** A textual inversion by the name that prompts have for it. */
export interface EngineEmbedding {
  name: string;
  /** Absolute path. */
  file: string;
}

/** A job's plan and what it rests on. */
export interface JobMemory {
  plan: MemoryPlan;
  fallbacks: readonly Fallback[];
  /** Most the process is expected to take. */
  peakBytes: number;
}

/** A file that work on models reads. */
export interface ModelSource {
  /** What `model`, `models` or `vae` in the parameters calls it. */
  id: string;
  /** Absolute path of the file or folder. */
  file: string;
  overrides?: CheckpointOverrides;
  /** Of the whole file in hex, for the record in the new file; null where it is not known. */
  sha256: string | null;
}

/** Work that makes a model file instead of pictures. */
export interface EngineModelJob {
  jobId: string;
  parameters: ModelWorkParameters;
  /** The model, or the models in their order. */
  sources: ModelSource[];
  /** Whose VAE the new file gets; null = the first source's. */
  vae: ModelSource | null;
  /** What the first source lacks; null = nothing is added. */
  base: ModelSource | null;
  /** What is baked in, in the order of the parameters; absent = nothing. */
  loras?: ModelSource[];
  /** Absolute path of what is made; its folder exists. */
  target: string;
}

/** What running a job has shown of this machine. */
export interface JobMeasurement {
  /** Time and number of passes by stage. */
  stages: Partial<Record<Stage, { ms: number; runs: number }>>;
  /** Highest resident size of the process, mapped files included; null where it says nothing of this job alone. */
  peakBytes: number | null;
}

export type ToEngine =
  | { type: 'inspect'; requestId: number; file: string; overrides?: CheckpointOverrides }
  /** The same of a LoRA or one of its kin, or of a textual inversion. */
  | { type: 'inspect-network'; requestId: number; file: string; kind: 'lora' | 'embedding' }
  | { type: 'run'; job: EngineJob }
  | { type: 'work'; job: EngineModelJob }
  | { type: 'cancel'; jobId: string }
  | { type: 'shutdown' };

export type FromEngine =
  | { type: 'ready'; protocol: number; device: string; deviceReason: string; catalogue: Catalogue }
  | { type: 'inspected'; requestId: number; inspection: CheckpointInspection | null; error: WireError | null }
  | { type: 'network-inspected'; requestId: number; network: NetworkView | null; error: WireError | null }
  /** From now on at most this many milliseconds may pass before the next message. 0 = idle, silence is fine. */
  | { type: 'quiet'; budgetMs: number; activity: string }
  | { type: 'started'; jobId: string }
  /** After each finished step; step counts from 1 and is 0 while the model loads. */
  | {
      type: 'progress';
      jobId: string;
      imageIndex: number;
      step: number;
      steps: number;
      activity: 'loading' | 'sampling' | 'decoding';
    }
  /** Small RGB picture of the predicted clean latent, one pixel per latent cell, row by row, 3 bytes a pixel. */
  | { type: 'preview'; jobId: string; imageIndex: number; step: number; width: number; height: number; rgb: Uint8Array }
  /** A finished picture: RGB, row by row, 3 bytes a pixel. */
  | {
      type: 'image';
      jobId: string;
      imageIndex: number;
      seed: number;
      width: number;
      height: number;
      rgb: Uint8Array;
      /** What its viewers should know; absent = nothing. */
      notes?: PictureNote[];
    }
  /** What a job that is about to end has taken. */
  | { type: 'measured'; jobId: string; measured: JobMeasurement }
  /** How far work on a model file is. */
  | { type: 'model-progress'; jobId: string; progress: Omit<ModelWorkProgress, 'etaMs'> }
  /** The file is whole and has its name; `finished` follows. `file` is its name without folders. */
  | { type: 'model-made'; jobId: string; result: ModelWorkResult }
  | { type: 'finished'; jobId: string; durationMs: number }
  | { type: 'failed'; jobId: string; error: WireError }
  | { type: 'cancelled'; jobId: string }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string };
