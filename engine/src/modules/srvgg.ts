/**
 * SRVGG, called "compact": convolutions with a slope per channel, their last channels laid out as finer pixels, added to
 * the repeated input. All its sizes are those of its tensors.
 *
 * Agrees with Real-ESRGAN's SRVGGNetCompact with PReLU, as spandrel reads it. The files' even layers of `body` are
 * convolutions, the odd ones slopes.
 */
import type { WeightScope } from '../checkpoint/weights.ts';
import { add } from '../graph/ops/elementwise.ts';
import { leaky, repeatCells, shufflePixels } from '../graph/ops/enlarge.ts';
import { within } from '../graph/scope.ts';
import { input } from '../graph/value.ts';
import { convolution } from './convolution.ts';
import { parameter } from './parameter.ts';
import type { Ports } from './ports.ts';

const IMAGE_CHANNELS = 3;

export interface SrvggConfig {
  readonly width: number;
  /** Convolutions in all. */
  readonly depth: number;
  /** Pixels made of one, along one axis. */
  readonly scale: number;
}

/** Null where the last convolution has no square number of channels for each colour. @throws model_incomplete | model_unexpected */
export function readSrvggConfig(weights: WeightScope): SrvggConfig | null {
  const width = weights.at('body').extent('0.weight', ['*', IMAGE_CHANNELS, 3, 3], 0);
  const layers = weights.count('body');
  const last = weights.at('body').extent(`${layers - 1}.weight`, ['*', width, 3, 3], 0);
  const scale = Math.sqrt(last / IMAGE_CHANNELS);
  return layers % 2 === 1 && Number.isInteger(scale) ? { width, depth: (layers + 1) / 2, scale } : null;
}

/** Input: `image` f32 [n, 3, h, w] in [0, 1]. Output: `image_out` f32 [n, 3, scale * h, scale * w], about [0, 1]. */
export function srvgg(weights: WeightScope, { width, depth, scale }: SrvggConfig): Ports {
  const image = input('image', 'f32', ['n', IMAGE_CHANNELS, 'h', 'w']);
  const body = weights.at('body');
  let x = convolution(image, body.at(0), { from: IMAGE_CHANNELS, to: width });
  for (let layer = 1; layer < 2 * depth - 1; layer += 2) {
    const slope = parameter(body.at(layer).tensor('weight', [width]), [width, 1, 1]);
    const before = x;
    const bent = within(body.at(layer), () => leaky(before, slope));
    const isLast = layer === 2 * depth - 3;
    x = convolution(bent, body.at(layer + 1), { from: width, to: isLast ? IMAGE_CHANNELS * scale * scale : width });
  }
  const fine = x;
  const imageOut = within(weights, () => add(shufflePixels(fine, scale), repeatCells(image, scale)));
  return { inputs: { image }, outputs: { image_out: imageOut } };
}
