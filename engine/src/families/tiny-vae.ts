/** An opened tiny autoencoder (TAESD, TAESDXL): pictures at once, at some cost in detail. Its halves start when first used. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { openCheckpoint } from '../checkpoint/open.ts';
import type { CheckpointHeader } from '../checkpoint/header.ts';
import { placeTensors } from '../checkpoint/place-tensors.ts';
import { asTinyVae, tinyHalves, type TinyHalf } from '../checkpoint/tiny-vae.ts';
import { CheckpointWeights } from '../checkpoint/weights.ts';
import { build } from '../graph/build.ts';
import type { GraphModel } from '../graph/model.ts';
import type { Session, StartSession } from '../graph/session.ts';
import { readTinyDecoderConfig, readTinyEncoderConfig, tinyDecoder, tinyEncoder } from '../modules/tiny-vae.ts';
import type { Tensor } from '../numeric/tensor.ts';

export interface TinyVae {
  /** Halves that its files hold. */
  readonly halves: readonly TinyHalf[];
  readonly residentBytes: number;
  /** Sampler's latent [n, c, h, w] to picture [n, 3, 8h, 8w] in about [-1, 1]. @throws model_incomplete without a decoder */
  decode(latent: Tensor): Promise<Tensor>;
  /** Picture [n, 3, H, W] in [-1, 1] to the sampler's latent. @throws model_incomplete without an encoder */
  encode(image: Tensor): Promise<Tensor>;
  release(): Promise<void>;
}

/**
 * @param files one file of diffusers' layout, or the original's one or two
 * @throws model_gone | model_invalid when a file cannot be read
 * @throws model_unsupported when a file is no tiny autoencoder
 */
export async function openTinyVae(
  files: readonly string[],
  { startSession }: { startSession: StartSession },
): Promise<TinyVae> {
  const sources = new Map<TinyHalf, CheckpointHeader>();
  for (const file of files) {
    const header = await openCheckpoint(file);
    const halves = tinyHalves(header);
    if (halves.length === 0) {
      throw new CheckpointError('model_unsupported', `${basename(file)} is no tiny autoencoder (TAESD).`, {
        file,
        hint: 'Use taesd_decoder.safetensors or taesdxl_decoder.safetensors, or a folder of diffusers with both halves.',
      });
    }
    for (const half of halves) sources.set(half, asTinyVae(header));
  }
  return new OpenTinyVae(sources, startSession);
}

class OpenTinyVae implements TinyVae {
  readonly #started = new Map<TinyHalf, { session: Session; release: () => Promise<void> }>();

  constructor(
    private readonly sources: ReadonlyMap<TinyHalf, CheckpointHeader>,
    private readonly startSession: StartSession,
  ) {}

  get halves(): readonly TinyHalf[] {
    return [...this.sources.keys()];
  }

  get residentBytes(): number {
    return [...this.#started.values()].reduce((sum, { session }) => sum + session.residentBytes, 0);
  }

  async decode(latent: Tensor): Promise<Tensor> {
    const session = await this.#session('decoder');
    return (await session.run({ latent }, ['image']))['image'] as Tensor;
  }

  async encode(image: Tensor): Promise<Tensor> {
    const session = await this.#session('encoder');
    return (await session.run({ image }, ['latent']))['latent'] as Tensor;
  }

  async release(): Promise<void> {
    const started = [...this.#started.values()];
    this.#started.clear();
    for (const each of started) await each.release();
  }

  async #session(half: TinyHalf): Promise<Session> {
    const known = this.#started.get(half);
    if (known !== undefined) return known.session;
    const header = this.sources.get(half);
    if (header === undefined) {
      const [first] = this.sources.values();
      const name = first === undefined ? 'The tiny autoencoder' : basename(first.file);
      throw new CheckpointError('model_incomplete', `${name} holds no ${half}.`, {
        ...(first === undefined ? {} : { file: first.file }),
        hint: `Put the file of its ${half} beside it.`,
      });
    }
    const placed = await placeTensors(header);
    try {
      const session = await this.startSession(graphOf(half, placed.header), 'fast');
      const release = async (): Promise<void> => {
        await session.release();
        await placed.release();
      };
      this.#started.set(half, { session, release });
      return session;
    } catch (thrown) {
      await placed.release();
      throw thrown;
    }
  }
}

/** @throws model_incomplete | model_unexpected naming the tensor */
function graphOf(half: TinyHalf, header: CheckpointHeader): GraphModel {
  const scope = new CheckpointWeights(header).scope(`${half}.`, `tiny-${half}`);
  const { inputs, outputs } =
    half === 'decoder'
      ? tinyDecoder(scope, readTinyDecoderConfig(scope))
      : tinyEncoder(scope, readTinyEncoderConfig(scope));
  return build(`tiny-${half}`, inputs, outputs);
}
