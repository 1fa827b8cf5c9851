/**
 * LoRA that make another model of theirs: beside the low-rank parts of a layer stands `reshape_weight`, the shape that
 * its weight takes, filled up by zeros, before they are added. Told from headers alone.
 *
 * @source ComfyUI's loader of LoRA, which reads control LoRA of Flux so; the parts of a layer show the same shape
 */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import type { AdapterFile, AdapterGroup } from './adapter-file.ts';
import type { Layer, LayerNames } from './layers.ts';

/** By a weight's name, the shape it takes. */
export type Widenings = ReadonlyMap<string, readonly number[]>;

/** The shape a layer's weight takes before it is changed; null where it stays as it is. */
export function widenedShape(group: AdapterGroup): readonly number[] | null {
  const [up, down] = [group.get('up'), group.get('down')];
  if (!group.has('shape') || up === undefined || down === undefined) return null;
  return [up.shape[0] ?? 0, ...down.shape.slice(1)];
}

/**
 * What adapters widen of a checkpoint. A weight that has its shape already is none of it.
 *
 * @throws model_incompatible where a weight would lose something, or two adapters want another shape of it
 */
export function readWidenings(adapters: readonly AdapterFile[], names: LayerNames): Widenings {
  const widenings = new Map<string, readonly number[]>();
  for (const adapter of adapters) {
    for (const [stem, group] of adapter.groups) {
      const [layer, shape] = [names.get(stem), widenedShape(group)];
      if (layer === undefined || shape === null || shape.join() === layer.weight.shape.join()) continue;
      const former = widenings.get(layer.weight.name) ?? shape;
      if (!takes(layer, shape) || former.join() !== shape.join()) throw unfit(adapter.file, stem, layer, shape);
      widenings.set(layer.weight.name, shape);
    }
  }
  return widenings;
}

/** Only a layer's input can be widened: what it gives goes into others. */
const takes = ({ weight, third }: Layer, shape: readonly number[]): boolean =>
  third === null &&
  shape.length === weight.shape.length &&
  shape.every((extent, axis) => (axis === 1 ? extent > (weight.shape[axis] ?? 0) : extent === weight.shape[axis]));

/** Layers with the shapes that weights take. */
export function widenLayers(names: LayerNames, widenings: Widenings): LayerNames {
  if (widenings.size === 0) return names;
  const widened = ([name, layer]: readonly [string, Layer]): [string, Layer] => {
    const shape = widenings.get(layer.weight.name);
    return [name, shape === undefined ? layer : { ...layer, weight: { ...layer.weight, shape } }];
  };
  return new Map([...names].map(widened));
}

/**
 * Refuses to run beside a model what makes another of it: the network would want inputs that nobody gives it.
 *
 * @throws model_incompatible
 */
export function requireNoWidening(adapter: AdapterFile, names: LayerNames): void {
  const [first] = readWidenings([adapter], names);
  if (first === undefined) return;
  const [tensor, shape] = first;
  const file = basename(adapter.file);
  throw new CheckpointError(
    'model_incompatible',
    `${file} makes another model of this one, whose first layer takes ${shape[1]} channels: it cannot run beside it.`,
    {
      file: adapter.file,
      tensor,
      got: shape,
      hint: `Bake it in once, by Convert on the models page or npm run easel -- convert MODEL NEW --lora ${file}, and choose what it made.`,
    },
  );
}

function unfit(file: string, stem: string, { weight }: Layer, shape: readonly number[]): CheckpointError {
  return new CheckpointError(
    'model_incompatible',
    `${basename(file)} does not fit this model: ${stem} would make [${shape.join(', ')}] of a weight of [${weight.shape.join(', ')}].`,
    {
      file,
      tensor: stem,
      expected: weight.shape,
      got: shape,
      hint: 'It was made for another base model; choose a checkpoint of that kind.',
    },
  );
}
