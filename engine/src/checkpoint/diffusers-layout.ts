/** Lays the networks of a diffusers folder out as one original checkpoint: prefixes, names, shapes. Reads nothing. */
import { basename } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

import { asKernel, stacked, turned, type GroundedEntry } from './derivation.ts';
import { countOf, toOriginal, type Form, type Keymap } from './keymaps/keymap.ts';
import { openClipKeymap } from './keymaps/open-clip.ts';
import { topologyOfDiffusers, unetKeymap } from './keymaps/unet.ts';
import { OLD_ATTENTION, vaeKeymap, vaeLevelsOfDiffusers } from './keymaps/vae.ts';
import type { TensorEntry } from './tensor-entry.ts';

export type Component = 'unet' | 'vae' | 'text_encoder' | 'text_encoder_2';

type Tensors = ReadonlyMap<string, GroundedEntry>;
type Configs = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** One network on its way: where its tensors go and by which table; no table = the names are the same. */
interface Move {
  readonly component: Component;
  readonly prefix: string;
  readonly keymap: Keymap | null;
  /** Layers of an encoder whose last one stands twice in the original. */
  readonly repeatedLayers?: number;
}

const TEXT_MODEL = 'text_model.';
const CLIP_LAYERS = `${TEXT_MODEL}encoder.layers.`;

/**
 * @param parts the networks that are there
 * @throws model_unexpected when a network's tensors do not make one of the original
 */
export function layOut(
  folder: string,
  parts: ReadonlyMap<Component, Tensors>,
  configs: Configs,
): ReadonlyMap<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  const full = new Map([...parts].map(([component, part]) => [component, withTextModel(component, part)]));
  for (const { component, prefix, keymap, repeatedLayers } of movesOf(full, configs)) {
    const from = full.get(component) as Tensors;
    const moved = keymap === null ? from : translate(folder, component, from, keymap);
    const all = repeatedLayers === undefined ? moved : withLastLayerTwice(moved, repeatedLayers);
    for (const [name, entry] of all) tensors.set(prefix + name, { ...entry, name: prefix + name });
  }
  return tensors;
}

/** Newer programs may leave out the outermost module of a text encoder; everything but its projection is in that. */
function withTextModel(component: Component, tensors: Tensors): Tensors {
  const isComplete =
    !component.startsWith('text_encoder') || [...tensors.keys()].some((name) => name.startsWith(TEXT_MODEL));
  if (isComplete) return tensors;
  return new Map(
    [...tensors].map(([name, entry]) => [name.startsWith('text_projection') ? name : TEXT_MODEL + name, entry]),
  );
}

function movesOf(parts: ReadonlyMap<Component, Tensors>, configs: Configs): Move[] {
  const namesOf = (component: Component): string[] => [...(parts.get(component)?.keys() ?? [])];
  const layers = (component: Component): number => Math.max(1, countOf(namesOf(component), CLIP_LAYERS));
  const moves: Move[] = [
    { component: 'unet', prefix: 'model.diffusion_model.', keymap: unetKeymap(topologyOfDiffusers(namesOf('unet'))) },
    {
      component: 'vae',
      prefix: 'first_stage_model.',
      keymap: [...vaeKeymap(vaeLevelsOfDiffusers(namesOf('vae'))), ...OLD_ATTENTION],
    },
  ];
  const hasFirst = parts.has('text_encoder');
  const hasSecond = parts.has('text_encoder_2');
  const component = 'text_encoder';
  if (hasFirst && hasSecond) moves.push({ component, prefix: 'conditioner.embedders.0.transformer.', keymap: null });
  else if (hasFirst && configs.get(component)?.get('hidden_act') === 'gelu') {
    // Original files of Stable Diffusion 2 hold a last layer that nothing uses, and diffusers leaves it out.
    const repeatedLayers = layers(component);
    const keymap = openClipKeymap(repeatedLayers);
    moves.push({ component, prefix: 'cond_stage_model.model.', keymap, repeatedLayers });
  } else if (hasFirst) moves.push({ component, prefix: 'cond_stage_model.transformer.', keymap: null });
  if (hasSecond) {
    const prefix = `conditioner.embedders.${hasFirst ? 1 : 0}.model.`;
    moves.push({ component: 'text_encoder_2', prefix, keymap: openClipKeymap(layers('text_encoder_2')) });
  }
  return moves.filter(({ component }) => parts.has(component));
}

function withLastLayerTwice(tensors: Tensors, layers: number): Tensors {
  const last = `transformer.resblocks.${layers - 1}.`;
  const copies = [...tensors].filter(([name]) => name.startsWith(last));
  return new Map([
    ...tensors,
    ...copies.map(([name, entry]): [string, GroundedEntry] => [
      `transformer.resblocks.${layers}.${name.slice(last.length)}`,
      entry,
    ]),
  ]);
}

/** Names that the table does not know stay as they are, for the family to stumble over. */
function translate(folder: string, component: Component, tensors: Tensors, keymap: Keymap): Tensors {
  const original = toOriginal(keymap);
  const moved = new Map<string, GroundedEntry>();
  const thirds = new Map<string, (GroundedEntry | undefined)[]>();
  const refuse = (name: string, problem: string): CheckpointError =>
    new CheckpointError('model_unexpected', `${basename(folder)}: ${component} ${name} ${problem}.`, {
      file: folder,
      tensor: name,
      hint: 'The folder is damaged or of another kind of model; download it again or choose another.',
    });
  for (const [name, entry] of tensors) {
    const { name: target, form } = original(name) ?? { name, form: null };
    if (typeof form === 'number') {
      const known = thirds.get(target) ?? [];
      known[form] = entry;
      thirds.set(target, known);
      continue;
    }
    const fitting = inForm(entry, form);
    if (fitting === null) throw refuse(name, `is no matrix, its shape is [${entry.shape.join(', ')}]`);
    moved.set(target, fitting);
  }
  for (const [target, known] of thirds) {
    const whole = Array.from({ length: 3 }, (_, third) => known[third]).filter((entry) => entry !== undefined);
    const entry = whole.length === 3 ? stacked(whole) : null;
    if (entry === null) throw refuse(target, 'cannot be put together from queries, keys and values');
    moved.set(target, entry);
  }
  return moved;
}

function inForm(entry: GroundedEntry, form: Exclude<Form, number> | null): GroundedEntry | null {
  if (form === 'kernel') return asKernel(entry);
  return form === 'turned' ? turned(entry) : entry;
}
