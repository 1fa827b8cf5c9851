/**
 * Turns the engine's small previews into WebP beside the step's critical path: while one is encoded only the newest
 * waits, the ones between are dropped. Nothing is encoded that nobody watches.
 */
import type { FromEngine } from '@easel/shared/engine';
import sharp from 'sharp';

type RawPreview = Extract<FromEngine, { type: 'preview' }>;

export interface EncodedPreview {
  imageIndex: number;
  step: number;
  mime: string;
  bytes: Buffer;
}

/** Longer side of an encoded preview, in pixels. */
const LONGEST_SIDE = 512;
const QUALITY = 75;

const encode = async (raw: RawPreview, imageWidth: number, imageHeight: number): Promise<EncodedPreview> => {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(imageWidth, imageHeight));
  const bytes = await sharp(raw.rgb, { raw: { width: raw.width, height: raw.height, channels: 3 } })
    .resize(Math.max(1, Math.round(imageWidth * scale)), Math.max(1, Math.round(imageHeight * scale)), {
      fit: 'fill',
      kernel: 'cubic',
    })
    .webp({ quality: QUALITY, effort: 0 })
    .toBuffer();
  return { imageIndex: raw.imageIndex, step: raw.step, mime: 'image/webp', bytes };
};

/** The previews of one job. */
export class PreviewEncoder {
  readonly #width: number;
  readonly #height: number;
  readonly #hand: (preview: EncodedPreview) => void;
  #newest: RawPreview | null = null;
  #encoded: EncodedPreview | null = null;
  #waiting: RawPreview | null = null;
  #isBusy = false;
  #isClosed = false;

  /** @param hand gets each encoded preview, never one older than the last */
  constructor(imageWidth: number, imageHeight: number, hand: (preview: EncodedPreview) => void) {
    this.#width = imageWidth;
    this.#height = imageHeight;
    this.#hand = hand;
  }

  /** @param isWatched whether anybody sees it; otherwise it is only kept for {@link latest} */
  offer(raw: RawPreview, isWatched: boolean): void {
    this.#newest = raw;
    if (!isWatched) return;
    this.#waiting = raw;
    if (!this.#isBusy) void this.#work();
  }

  /** The newest preview, encoded now when it was not yet; null before the first. */
  async latest(): Promise<EncodedPreview | null> {
    const raw = this.#newest;
    if (raw === null) return null;
    if (this.#encoded?.imageIndex === raw.imageIndex && this.#encoded.step === raw.step) return this.#encoded;
    this.#encoded = await encode(raw, this.#width, this.#height);
    return this.#encoded;
  }

  /** Nothing is handed on any more. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = null;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let raw = this.#waiting; raw !== null; raw = this.#waiting) {
        this.#waiting = null;
        const encoded = await encode(raw, this.#width, this.#height);
        this.#encoded = encoded;
        if (!this.#isClosed) this.#hand(encoded);
      }
    } catch {
      // A preview is a courtesy: the next one is tried as if nothing had been.
      this.#encoded = null;
    } finally {
      this.#isBusy = false;
    }
  }
}
