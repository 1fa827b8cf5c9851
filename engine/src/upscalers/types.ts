/** What a kind of upscaler is: everything true of one architecture, told by its tensors alone. A new one is a file and a line in index.ts. */
import type { CheckpointHeader } from '../checkpoint/header.ts';
import type { GraphModel } from '../graph/model.ts';

export interface UpscalerFacts {
  /** Pixels made of one, along one axis. */
  readonly scale: number;
  /** How many pixels around it a pixel depends on, so that tiles with such a margin meet without a seam. */
  readonly reach: number;
}

export interface Upscaler {
  readonly id: string;
  readonly label: string;
  /** Recognises a file by names and shapes; null = another kind. Reads no weights. */
  detect(header: CheckpointHeader): UpscalerFacts | null;
  /**
   * The network: `image` f32 [n, 3, h, w] in [0, 1] to `image_out` f32 [n, 3, scale * h, scale * w], unclamped.
   * @throws model_incomplete | model_unexpected naming the tensor
   */
  build(header: CheckpointHeader): GraphModel;
}
