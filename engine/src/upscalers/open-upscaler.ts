/** An opened upscaler: a picture in, a larger one out, whatever its size. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { openFile } from '../checkpoint/open-file.ts';
import { placeTensors, type PlacedCheckpoint } from '../checkpoint/place-tensors.ts';
import type { Session, StartSession } from '../graph/session.ts';
import type { Tensor } from '../numeric/tensor.ts';
import { upscalers } from './index.ts';
import type { Upscaler, UpscalerFacts } from './types.ts';

/** Longest side of what goes through the network at once, margins not counted: bounds memory whatever the picture. */
const TILE = 384;

export interface OpenedUpscaler {
  readonly label: string;
  readonly scale: number;
  readonly residentBytes: number;
  /**
   * @param image f32 [1, 3, h, w] in [0, 1]
   * @param onTile called after each of `count` parts; may throw to stop
   * @returns f32 [1, 3, scale * h, scale * w], about [0, 1]
   */
  upscale(image: Tensor, onTile?: (done: number, count: number) => Promise<void>): Promise<Tensor>;
  release(): Promise<void>;
}

/** Which kind a header is of, by names and shapes. @throws model_unsupported naming the kinds that are known */
export function recogniseUpscaler(header: CheckpointHeader): { upscaler: Upscaler; facts: UpscalerFacts } {
  for (const upscaler of upscalers) {
    const facts = upscaler.detect(header);
    if (facts !== null) return { upscaler, facts };
  }
  const known = upscalers.map(({ label }) => label);
  throw new CheckpointError(
    'model_unsupported',
    `${basename(header.file)} is no upscaler of a kind that Easel knows: ${known.join(', ')}.`,
    { file: header.file, hint: 'Choose another upscaler.' },
  );
}

/**
 * @param tile longest side, in pixels, of what goes through the network at once
 * @throws model_gone | model_invalid | pickle_unsafe | model_incomplete | model_unexpected | model_unsupported
 * @throws session_failed | out_of_memory
 */
export async function openUpscaler(file: string, startSession: StartSession, tile = TILE): Promise<OpenedUpscaler> {
  const header = await openFile(file);
  const { upscaler, facts } = recogniseUpscaler(header);
  const placed = await placeTensors(header);
  try {
    const session = await startSession(upscaler.build(placed.header), 'fast');
    return new RunningUpscaler(upscaler.label, facts, session, placed, tile);
  } catch (error) {
    await placed.release();
    throw error;
  }
}

class RunningUpscaler implements OpenedUpscaler {
  constructor(
    readonly label: string,
    private readonly facts: UpscalerFacts,
    private readonly session: Session,
    private readonly placed: PlacedCheckpoint,
    private readonly tile: number,
  ) {}

  get scale(): number {
    return this.facts.scale;
  }

  get residentBytes(): number {
    return this.session.residentBytes;
  }

  async upscale(image: Tensor, onTile?: (done: number, count: number) => Promise<void>): Promise<Tensor> {
    const [, , height = 0, width = 0] = image.shape;
    const { scale, reach } = this.facts;
    const out: Tensor = {
      data: new Float32Array(3 * height * width * scale * scale),
      shape: [1, 3, height * scale, width * scale],
    };
    const rows = parts(height, this.tile);
    const columns = parts(width, this.tile);
    let done = 0;
    for (const [top, bottom] of rows) {
      for (const [left, right] of columns) {
        const box = {
          top: Math.max(0, top - reach),
          left: Math.max(0, left - reach),
          bottom: Math.min(height, bottom + reach),
          right: Math.min(width, right + reach),
        };
        const made = await this.session.run({ image: cropped(image, box) }, ['image_out']);
        paste(made['image_out'] as Tensor, out, { top, left, bottom, right }, box, scale);
        await onTile?.(++done, rows.length * columns.length);
      }
    }
    return out;
  }

  async release(): Promise<void> {
    await this.session.release();
    await this.placed.release();
  }
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** [from, to) of equal parts, none longer than a tile. */
function parts(side: number, tile: number): (readonly [number, number])[] {
  const count = Math.max(1, Math.ceil(side / tile));
  return Array.from(
    { length: count },
    (_, i) => [Math.round((i * side) / count), Math.round(((i + 1) * side) / count)] as const,
  );
}

function cropped({ data, shape }: Tensor, { top, left, bottom, right }: Box): Tensor {
  const [, , height = 0, width = 0] = shape;
  const [h, w] = [bottom - top, right - left];
  if (h === height && w === width) return { data, shape };
  const out = new Float32Array(3 * h * w);
  for (let row = 0; row < 3 * h; row++) {
    const start = (Math.floor(row / h) * height + top + (row % h)) * width + left;
    out.set(data.subarray(start, start + w), row * w);
  }
  return { data: out, shape: [1, 3, h, w] };
}

/** Puts `inner` of what was made of `box` where it belongs; all boxes in pixels before scaling. */
function paste(made: Tensor, into: Tensor, inner: Box, box: Box, scale: number): void {
  const madeHeight = (box.bottom - box.top) * scale;
  const madeWidth = (box.right - box.left) * scale;
  const [, , height = 0, width = 0] = into.shape;
  const rows = (inner.bottom - inner.top) * scale;
  const columns = (inner.right - inner.left) * scale;
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < rows; row++) {
      const from =
        (channel * madeHeight + (inner.top - box.top) * scale + row) * madeWidth + (inner.left - box.left) * scale;
      const to = (channel * height + inner.top * scale + row) * width + inner.left * scale;
      into.data.set(made.data.subarray(from, from + columns), to);
    }
  }
}
