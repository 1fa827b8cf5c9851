/**
 * What a family of checkpoints is, and what a job gets from an opened checkpoint.
 *
 * A family is a record: everything true of one kind of checkpoint and nothing about any other. A new family is a folder
 * here and a line in index.ts.
 */
import type { FamilyDescriptor } from '@easel/shared/catalogue';
import type { CheckpointOverrides } from '@easel/shared/checkpoint';
import type { JobMeasurement } from '@easel/shared/engine';
import type { GenerationDefaults } from '@easel/shared/generation';
import type { MemoryPlan } from '@easel/shared/memory';
import type { PictureNote } from '@easel/shared/picture-notes';
import type { WireError } from '@easel/shared/errors';
import type { Chunk, EmbeddingPlace } from '@easel/shared/prompt/chunks';
import type { StepRange } from '@easel/shared/prompt/lora-steps';
import type { ClipDialect } from '@easel/shared/prompt/clip-tokenizer';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { ReadTensor } from '../checkpoint/weights.ts';
import type { Emphasis } from '../conditioning/emphasis.ts';
import type { Conditioning, Network } from '../denoisers/types.ts';
import type { GraphModel } from '../graph/model.ts';
import type { Feeds, Results } from '../graph/session.ts';
import type { Ports } from '../modules/ports.ts';
import type { Tensor } from '../numeric/tensor.ts';
import type { NetworkOptions } from './network-options.ts';
import type { Role, TextRole } from './roles.ts';

export type { Role, TextRole } from './roles.ts';

/** Predicted clean latents to a small picture: rgb = clamp(latent · matrix + bias), each about [-1, 1]. */
export interface LatentPreview {
  /** One row [r, g, b] per latent channel. */
  readonly matrix: readonly (readonly [number, number, number])[];
  readonly bias: readonly [number, number, number];
}

export interface LatentFormat {
  readonly channels: number;
  /** What samplers see = scale * (what the VAE made - shift). */
  readonly scale: number;
  readonly shift: number;
  /** Image pixels per latent cell along one axis. */
  readonly pixelsPerCell: number;
  readonly preview: LatentPreview;
}

/** What the network predicts: the noise, or the velocity alpha * noise - sigma * picture. */
export type Prediction = 'epsilon' | 'v';

/** How prompts become rows of token ids for one text encoder, and which of its states is used. */
export interface TextFormat {
  /** Ids in a row, start and end included. */
  readonly rowLength: number;
  readonly end: number;
  readonly padding: number;
  readonly dialect: ClipDialect;
  /**
   * The layer the family was trained on, counted from the last as 1. Clip skip counts the same way and never goes
   * beyond it, so that 1 always means the family's own.
   */
  readonly ownSkip: number;
  /** Whether states pass the encoder's final norm. */
  readonly isNormed: boolean;
}

/** All that a checkpoint says about itself, by its tensors, its metadata or the sidecar next to it. */
export interface CheckpointFacts {
  readonly latent: LatentFormat;
  readonly prediction: Prediction;
  /** What says so, as a sentence without a full stop; null where it is the family's rule and nothing says otherwise. */
  readonly predictionEvidence: string | null;
  /** Why its defaults are not the family's, as a clause; null where they are. */
  readonly defaultsEvidence: string | null;
  /** Whether its noise levels end in pure noise. */
  readonly zeroTerminalSnr: boolean;
  /** What says so, as a clause; null where nothing does, and they do not. */
  readonly zeroTerminalSnrEvidence: string | null;
  /**
   * Width of the waves that tell its U-Net the guidance, as `guidance` in the conditioning; null where it is not told. One
   * that is told needs no negative prompt.
   */
  readonly guidanceWidth: number | null;
  /** Its text encoders, in the order in which their states lie side by side. */
  readonly text: Readonly<Partial<Record<TextRole, TextFormat>>>;
  readonly defaults: GenerationDefaults;
  readonly title: string | null;
  /** Prompts its maker suggests. */
  readonly examples: readonly string[];
}

/** Why a header is of a family. */
export interface Detection {
  /** One sentence. */
  readonly evidence: string;
}

export interface Family extends FamilyDescriptor {
  /** Which published step table is its own, for schedules made of tables; absent = that of the first line. */
  readonly stepTable?: 'sd15' | 'sdxl';
  /** The networks its checkpoints hold. */
  readonly roles: readonly Role[];
  /** Recognises a checkpoint by its metadata or shapes; null = another kind. Reads no weights. */
  detect(header: CheckpointHeader): Detection | null;
  /** Reads the facts; never fails on odd metadata, which counts as absent. What somebody corrected by hand rules it. */
  facts(header: CheckpointHeader, sidecar: Sidecar | null, overrides?: CheckpointOverrides): CheckpointFacts;
  /**
   * Writes one network from the header alone, as it was trained: for what its shapes tell.
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  ports(role: Role, header: CheckpointHeader, sidecar: Sidecar | null): Ports;
  /**
   * Builds one graph from the header alone.
   * @param options as it was trained when absent
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  build(role: Role, header: CheckpointHeader, sidecar: Sidecar | null, options?: NetworkOptions): GraphModel;
  /** Every tensor its networks read, with the modules that do; those of the parts a family leaves out are missing. */
  reads(header: CheckpointHeader, sidecar: Sidecar | null): readonly ReadTensor[];
  /**
   * Builds everything without encoding it and accounts for every tensor.
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  check(header: CheckpointHeader, sidecar: Sidecar | null): void;
  /**
   * What the network is told of one prompt.
   * @throws out_of_range when the clip skip is more than the encoder has layers
   */
  condition(pipeline: Pipeline, prompt: TokenizedPrompt, options: ConditioningOptions): Promise<Conditioning>;
}

/** A prompt as the text encoders read it. */
export interface TokenizedPrompt {
  readonly text: string;
  /** How its weights are put to work. */
  readonly emphasis: Emphasis;
  /** For every encoder at least one. */
  readonly chunks: Readonly<Partial<Record<TextRole, readonly Chunk[]>>>;
}

/** What a network may be told beside the prompt. A family reads what it knows of and leaves the rest. */
export interface ConditioningOptions {
  /** 1 = the layer the family was trained on. */
  readonly clipSkip: number;
  /** Whether guidance leads away from this prompt. */
  readonly isNegative: boolean;
  /** Of the picture that is made, in image pixels. */
  readonly size: Size;
  /** Of the picture it shall seem to be cut from; `size` when absent. */
  readonly originalSize?: Size;
  /** Where it shall seem to be cut out; 0, 0 when absent. */
  readonly crop?: { readonly top: number; readonly left: number };
  /** What it shall seem to be scaled to; `size` when absent. */
  readonly targetSize?: Size;
  /** How pleasing it shall seem, 1 to 10; the refiner's own, one for each side, when absent. */
  readonly aestheticScore?: number;
  /**
   * What goes in beside the latent, for families whose network reads more: f32 [n, c, h, w], made of a given picture by
   * `picture-inputs`. When absent, inpainting families paint everything.
   */
  readonly beside?: Tensor;
}

/** In image pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rows of token ids in, conditioning out. */
export interface TextEncoding {
  /** [rows, tokens, width]: what the UNet's `context` is made of. */
  readonly hidden: Tensor;
  /** [rows, width]: one vector for each row, made at its first end token; null where the encoder makes none. */
  readonly pooled: Tensor | null;
}

/** A textual inversion by the name prompts have for it. */
export interface EmbeddingUse {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
}

/** A hypernetwork's file and how strongly it is used. */
export interface HypernetworkUse {
  /** Absolute path. */
  readonly file: string;
  /** 0 = as if it were not there. */
  readonly weight: number;
}

/** An adapter's file and how strongly it is used. */
export interface AdapterUse {
  /** Absolute path. */
  readonly file: string;
  /** Factor on its changes of the text encoders. */
  readonly textWeight: number;
  /** Factor on its changes of the U-Net. */
  readonly unetWeight: number;
  /** Only so many of its ranks count; null = all. */
  readonly rankLimit: number | null;
  /** Factors in each block, in the order of `LORA_BLOCKS`; absent = 1 in all. */
  readonly blocks?: readonly number[];
  /** Steps at which its changes of the U-Net count; absent = all. */
  readonly steps?: StepRange;
}

export type Usage = JobMeasurement['stages'];

/** An autoencoder in a file of its own: its tensors under the names of a checkpoint, and the file's stamp. */
export interface LoneVae {
  readonly header: CheckpointHeader;
  readonly tensors: CheckpointHeader['tensors'];
}

/** A checkpoint whose networks can be run. Sessions start on first use and live until `release`. */
export interface Pipeline {
  readonly family: Family;
  readonly facts: CheckpointFacts;
  /** Estimate of the bytes held now; grows as networks are started. */
  readonly residentBytes: number;
  /**
   * Chooses how networks are built from now on, as they were trained at first. Frees the sessions of those that would be
   * built otherwise; the others stay.
   */
  configure(options: NetworkOptions): Promise<void>;
  /** Chooses how much memory the networks may take from now on. Frees what is held in another form. */
  adopt(plan: MemoryPlan): Promise<void>;
  /** Takes the autoencoder from another file; null = its own. The latent's scale stays the family's. */
  useVae(vae: LoneVae | null): Promise<void>;
  /** How many numbers the file holds: what a time limit can be told from before anything ran. */
  readonly weightCount: number;
  /** Time and number of passes by stage, since it was last asked. */
  takeUsage(): Usage;
  /** What happened to pictures that their viewers should know, since it was last asked. */
  takeNotes(): PictureNote[];
  /**
   * Uses these adapters from now on, and no others; none at first. Other strengths cost nothing where a change runs
   * beside the layers.
   * @throws model_gone | model_invalid | pickle_unsafe | model_incompatible | storage_unavailable; nothing is changed then
   * @throws not_allowed where one that cannot run beside the layers shall count at some steps only
   */
  adapt(adapters: readonly AdapterUse[]): Promise<void>;
  /**
   * Uses these hypernetworks from now on, in their order, and no others; none at first. Another strength costs nothing.
   * @throws model_gone | model_invalid | model_unsupported | pickle_unsafe | model_incompatible | storage_unavailable;
   *   nothing is changed then
   */
  useHypernetworks(uses: readonly HypernetworkUse[]): Promise<void>;
  /** Starts sessions now rather than on first use. @throws model_gone | session_failed | out_of_memory */
  load(...roles: readonly Role[]): Promise<void>;
  /**
   * Lets prompts name these textual inversions from now on, and no others.
   * @returns those that cannot be used with this checkpoint, with the reason
   */
  useEmbeddings(
    uses: readonly EmbeddingUse[],
  ): Promise<readonly { readonly name: string; readonly error: WireError }[]>;
  /** A prompt's chunks for every text encoder of the family. @param emphasis the WebUI's when absent */
  tokenize(text: string, emphasis?: Emphasis): TokenizedPrompt;
  /** What the network is told of one prompt. @throws out_of_range */
  condition(prompt: TokenizedPrompt, options: ConditioningOptions): Promise<Conditioning>;
  /**
   * @param rows token ids, each row as long as the encoder wants it
   * @param clipSkip counted as in {@link TextFormat}
   * @param places where vectors of {@link useEmbeddings} take the place of tokens, by row
   * @param unseen by row, which tokens nobody sees; needs networks that are configured for it
   * @throws out_of_range
   */
  encodeText(
    role: TextRole,
    rows: readonly (readonly number[])[],
    clipSkip?: number,
    places?: readonly (readonly EmbeddingPlace[])[],
    unseen?: readonly (readonly boolean[])[],
  ): Promise<TextEncoding>;
  /**
   * The denoising network; its conditioning is made by {@link condition}. What stands there as `concat` goes in with the
   * latent, behind its channels.
   */
  readonly network: Network;
  /**
   * The network at a step, where only the adapters count that do so there; {@link network} where all do at all steps.
   * @param step from 1
   * @param steps how many there are
   */
  networkAt(step: number, steps: number): Network;
  /** Sampler's latent [n, c, h, w] to picture [n, 3, 8h, 8w] in about [-1, 1]. */
  decodeLatent(latent: Tensor): Promise<Tensor>;
  /** Picture [n, 3, H, W] in [-1, 1] to the distribution of latents in the sampler's scale. H and W multiples of 8. */
  encodeImage(image: Tensor): Promise<LatentDistribution>;
  /** Runs one network with its own inputs and outputs. */
  run(role: Role, feeds: Feeds, fetch?: readonly string[]): Promise<Results>;
  /** Frees all sessions; the pipeline may be used again and starts them anew. */
  release(): Promise<void>;
}

/** Gaussian over latents, in the sampler's scale; f32 [n, c, h, w] both. */
export interface LatentDistribution {
  readonly mean: Tensor;
  readonly deviation: Tensor;
}
