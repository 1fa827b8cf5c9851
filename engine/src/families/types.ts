/**
 * What a family of checkpoints is, and what a job gets from an opened checkpoint.
 *
 * A family is a record: everything true of one kind of checkpoint and nothing about any other. A new family is a folder
 * here and a line in index.ts.
 */
import type { FamilyDescriptor } from '@easel/shared/catalogue';
import type { GenerationDefaults } from '@easel/shared/generation';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { Sidecar } from '../checkpoint/sidecar.ts';
import type { Network } from '../denoisers/types.ts';
import type { GraphModel } from '../graph/model.ts';
import type { Feeds, Results } from '../graph/session.ts';
import type { Tensor } from '../numeric/tensor.ts';

/** The networks a family may have. Each becomes one graph and, when used, one session. */
export type Role = 'text-encoder' | 'unet' | 'vae-decoder' | 'vae-encoder';

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

/** How prompts become rows of token ids for the text encoder. */
export interface TokenFormat {
  /** Ids in a row, start and end included. */
  readonly rowLength: number;
  readonly start: number;
  readonly end: number;
  readonly padding: number;
}

/** All that a checkpoint says about itself, by its tensors, its metadata or the sidecar next to it. */
export interface CheckpointFacts {
  readonly latent: LatentFormat;
  readonly prediction: Prediction;
  readonly tokens: TokenFormat;
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
  /** The networks its checkpoints hold. */
  readonly roles: readonly Role[];
  /** Recognises a checkpoint by its metadata or shapes; null = another kind. Reads no weights. */
  detect(header: CheckpointHeader): Detection | null;
  /** Reads the facts; never fails on odd metadata, which counts as absent. */
  facts(header: CheckpointHeader, sidecar: Sidecar | null): CheckpointFacts;
  /**
   * Builds one graph from the header alone.
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  build(role: Role, header: CheckpointHeader, sidecar: Sidecar | null): GraphModel;
  /**
   * Builds everything without encoding it and accounts for every tensor.
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  check(header: CheckpointHeader, sidecar: Sidecar | null): void;
}

/** Rows of token ids in, conditioning out. */
export interface TextEncoding {
  /** [rows, tokens, width]: what the UNet's `context` is made of. */
  readonly hidden: Tensor;
  /** [rows, width]: the finally normed state at the first end token. */
  readonly pooled: Tensor;
}

/** A checkpoint whose networks can be run. Sessions start on first use and live until `release`. */
export interface Pipeline {
  readonly family: Family;
  readonly facts: CheckpointFacts;
  /** Estimate of the bytes held now; grows as networks are started. */
  readonly residentBytes: number;
  /** Starts sessions now rather than on first use. @throws model_gone | session_failed | out_of_memory */
  load(...roles: readonly Role[]): Promise<void>;
  /**
   * @param rows token ids, each row `tokens.rowLength` long
   * @param clipSkip 1 = last layer, 2 = the one before, ...; always finally normed
   */
  encodeText(rows: readonly (readonly number[])[], clipSkip?: number): Promise<TextEncoding>;
  /** The denoising network; conditioning is `{ context: [n, tokens, width] }`. */
  readonly network: Network;
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
