/**
 * The largest tensor a device computes rightly. Beyond it WebGPU adapters give wrong numbers without a word, so a run
 * that would have a larger one is refused before it begins.
 */
import { SessionError } from '@easel/shared/errors';

import type { Device } from '../graph/device.ts';
import { evaluateDim } from '../graph/dims.ts';
import type { GraphModel } from '../graph/model.ts';
import type { Feeds } from '../graph/session.ts';
import { DTYPE_BYTES, type Shape } from '../graph/types.ts';

/** WebGPU's promise to everyone for one storage buffer; adapters that have more do not tell the runtime's users. */
const WEBGPU_BYTES = 128 << 20;

const LIMITS: Readonly<Partial<Record<Device, number>>> = { webgpu: WEBGPU_BYTES };

/**
 * @param limit bytes of one tensor
 * @throws out_of_memory when a tensor of the run would be larger than the device takes
 */
export function requireFitting(model: GraphModel, feeds: Feeds, limit = LIMITS[model.device]): void {
  if (limit === undefined) return;
  const largest = largestTensorBytes(model, feeds);
  if (largest <= limit) return;
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  throw new SessionError(
    'out_of_memory',
    `${model.name} needs a tensor of ${megabytes(largest)} MiB, and ${model.device} is only known to compute rightly up to ${megabytes(limit)} MiB.`,
    {
      graph: model.name,
      device: model.device,
      hint: 'Make a smaller picture, let the picture be decoded in pieces, or compute on the CPU (--device cpu).',
    },
  );
}

/** Of the tensors whose extents the inputs tell. */
export function largestTensorBytes({ inputs, tensors }: Pick<GraphModel, 'inputs' | 'tensors'>, feeds: Feeds): number {
  const extents: Record<string, number> = {};
  for (const { name, shape } of inputs) {
    const given = feeds[name]?.shape;
    if (given === undefined) continue;
    for (const [axis, dim] of shape.entries()) if (typeof dim === 'string') extents[dim] = given[axis] ?? 0;
  }
  const isTold = (shape: Shape): boolean =>
    shape.every((dim) => typeof dim === 'number' || namesIn(dim).every((name) => Object.hasOwn(extents, name)));
  let largest = 0;
  for (const { dtype, shape } of tensors) {
    if (!isTold(shape)) continue;
    const elements = shape.reduce<number>((product, dim) => product * evaluateDim(dim, extents), 1);
    largest = Math.max(largest, elements * DTYPE_BYTES[dtype]);
  }
  return largest;
}

const namesIn = (dim: string): string[] => dim.match(/[A-Za-z_][\w.]*/g) ?? [];
