/**
 * A checkpoint's tensors as diffusers lays them out: a folder for each network, other names, other shapes here and there.
 * The way back is checkpoint/diffusers-layout.ts; both read the same tables. Reads no numbers.
 */
import { CheckpointError } from '@easel/shared/errors';

import { asMatrix, thirdOf, turned, type GroundedEntry } from '../checkpoint/derivation.ts';
import type { Component } from '../checkpoint/diffusers-layout.ts';
import { countOf, diffusersNames, type Form, type Keymap } from '../checkpoint/keymaps/keymap.ts';
import { openClipKeymap } from '../checkpoint/keymaps/open-clip.ts';
import { topologyOfOriginal, unetKeymap } from '../checkpoint/keymaps/unet.ts';
import { vaeKeymap, vaeLevelsOfOriginal } from '../checkpoint/keymaps/vae.ts';
import { stripped, UNET_PREFIX, VAE_PREFIX, type Tensors } from './source.ts';

/** Networks under diffusers' names; those that the checkpoint has. */
export type Networks = ReadonlyMap<Component, Tensors>;

interface Move {
  readonly component: Component;
  readonly tensors: Tensors;
  /** null = the names are the same. */
  readonly keymap: Keymap | null;
}

/** Counted-up lists and scales that transformers makes itself. */
const TEXT_LEFTOVERS = /(^|\.)(position_ids|logit_scale|attn_mask)$/;
const TEXT_MODEL = 'text_model.';
const OPEN_CLIP_LAYERS = 'transformer.resblocks.';

/** @throws model_unexpected naming a tensor that cannot be laid out */
export function toDiffusersNetworks(tensors: Tensors, file: string): Networks {
  const networks = new Map<Component, Tensors>();
  for (const { component, tensors: own, keymap } of movesOf(tensors)) {
    if (own.size > 0) networks.set(component, keymap === null ? own : translate(own, keymap, component, file));
  }
  return networks;
}

function movesOf(tensors: Tensors): Move[] {
  const unet = stripped(tensors, UNET_PREFIX);
  const vae = stripped(tensors, VAE_PREFIX);
  const first = stripped(tensors, 'cond_stage_model.transformer.');
  const second = stripped(tensors, 'cond_stage_model.model.');
  const xlFirst = stripped(tensors, 'conditioner.embedders.0.transformer.');
  const xlSecond = stripped(tensors, 'conditioner.embedders.1.model.');
  const refiner = stripped(tensors, 'conditioner.embedders.0.model.');
  return [
    { component: 'unet', tensors: unet, keymap: unetKeymap(topologyOfOriginal([...unet.keys()])) },
    { component: 'vae', tensors: vae, keymap: vaeKeymap(vaeLevelsOfOriginal([...vae.keys()])) },
    { component: 'text_encoder', tensors: asTextModel(first), keymap: null },
    // diffusers leaves out the last layer, which no network of Stable Diffusion 2 uses, and the projection.
    { component: 'text_encoder', ...openClip(withoutProjection(second), -1) },
    { component: 'text_encoder', tensors: asTextModel(xlFirst), keymap: null },
    { component: 'text_encoder_2', ...openClip(xlSecond, 0) },
    { component: 'text_encoder_2', ...openClip(refiner, 0) },
  ];
}

/** Some merged files lack the outermost module's name; the projection that some have is no part of this network. */
function asTextModel(tensors: Tensors): Tensors {
  return new Map(
    [...tensors]
      .filter(([name]) => !TEXT_LEFTOVERS.test(name) && name !== 'text_projection.weight')
      .map(([name, entry]) => [name.startsWith(TEXT_MODEL) ? name : TEXT_MODEL + name, entry]),
  );
}

const withoutProjection = (tensors: Tensors): Tensors =>
  new Map([...tensors].filter(([name]) => name !== 'text_projection'));

/** @param more layers to be counted beyond, or before, those that there are */
function openClip(tensors: Tensors, more: number): Pick<Move, 'tensors' | 'keymap'> {
  const layers = countOf(tensors.keys(), OPEN_CLIP_LAYERS) + more;
  const isKept = (name: string): boolean =>
    !TEXT_LEFTOVERS.test(name) && !name.startsWith(`${OPEN_CLIP_LAYERS}${layers}.`);
  return { tensors: new Map([...tensors].filter(([name]) => isKept(name))), keymap: openClipKeymap(layers) };
}

/** Names that the table does not know are left out: what training leaves behind, which diffusers has no place for. */
function translate(tensors: Tensors, keymap: Keymap, component: Component, file: string): Tensors {
  const namesOf = diffusersNames(keymap);
  const moved = new Map<string, GroundedEntry>();
  for (const [name, entry] of tensors) {
    for (const { name: target, form } of namesOf(name)) {
      const fitting = inForm(entry, form);
      if (fitting === null) {
        throw new CheckpointError(
          'model_unexpected',
          `${component}: ${name} of shape [${entry.shape.join(', ')}] cannot become ${target}.`,
          {
            file,
            tensor: entry.name,
            hint: 'The checkpoint is damaged or of another kind.',
          },
        );
      }
      moved.set(target, fitting);
    }
  }
  return moved;
}

function inForm(entry: GroundedEntry, form: Form | null): GroundedEntry | null {
  if (form === 'kernel') return asMatrix(entry);
  if (form === 'turned') return turned(entry);
  return form === null ? entry : thirdOf(entry, form);
}
