/**
 * Previews of a picture in the making: one pixel a latent cell by the family's linear map, or decoded by a tiny autoencoder
 * where there is one, as often as that costs little beside the steps.
 */
import { openTinyVae, type TinyVae } from '../families/tiny-vae.ts';
import type { LatentFormat } from '../families/types.ts';
import type { StartSession } from '../graph/session.ts';
import { halved, isFiniteTensor, type Tensor } from '../numeric/tensor.ts';
import { pictureFromTensor, previewFromLatent, type RgbPicture } from './pixels.ts';

export interface Previewer {
  /** @param latent predicted clean latent, f32 [1, c, h, w]. @returns null where the last one has to do */
  make(latent: Tensor, format: LatentFormat): Promise<RgbPicture | null>;
  release(): Promise<void>;
}

/** Part of the time that previews may take. */
const SHARE = 0.05;
/** A preview that takes no longer than this many milliseconds belongs to a picture of a second or two: it may come oftener. */
const BLINK_MS = 100;
const BLINK_SHARE = 0.1;
/** Times as long as a later one, about: it starts the session. */
const FIRST_TAKES = 3;
/** Nobody sees more of a preview: 512 pixels. */
const MOST_CELLS = 64;

/**
 * @param files of a tiny autoencoder; absent = colours of cells only
 * @param now a monotonic clock in milliseconds
 */
export function createPreviewer(
  files: readonly string[] | undefined,
  startSession: StartSession,
  now: () => number = () => performance.now(),
): Previewer {
  let tiny: TinyVae | null = null;
  let isUsable = files !== undefined;
  let [lastEnd, lastMs] = [Number.NEGATIVE_INFINITY, 0];

  const decode = async (latent: Tensor): Promise<RgbPicture | null> => {
    const startedAt = now();
    if (startedAt - lastEnd < lastMs / (lastMs <= BLINK_MS ? BLINK_SHARE : SHARE)) return null;
    let small = latent;
    while (Math.max(small.shape[2] ?? 0, small.shape[3] ?? 0) > MOST_CELLS) small = halved(small);
    tiny ??= await openTinyVae(files ?? [], { startSession });
    const begunAt = now();
    const image = await tiny.decode(small);
    const isFirst = lastEnd === Number.NEGATIVE_INFINITY;
    lastEnd = now();
    lastMs = (lastEnd - begunAt) / (isFirst ? FIRST_TAKES : 1);
    return isFiniteTensor(image) ? pictureFromTensor(image) : null;
  };

  return {
    async make(latent, format) {
      if (!isUsable) return previewFromLatent(latent, format.preview);
      try {
        return await decode(latent);
      } catch {
        // A preview is never worth a picture: whatever is wrong with the file, the colours of cells do.
        isUsable = false;
        return previewFromLatent(latent, format.preview);
      }
    },
    async release() {
      await tiny?.release();
      tiny = null;
    },
  };
}
