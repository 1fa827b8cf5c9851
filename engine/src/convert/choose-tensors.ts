/** Which tensors a new file has and where they come from: averaged copies, another VAE, missing parts. Reads nothing. */
import { CheckpointError } from '@easel/shared/errors';
import type { EmaChoice } from '@easel/shared/model-work';

import { below, UNET_PREFIX, VAE_PREFIX, type Source, type Tensors } from './source.ts';

const EMA_PREFIX = 'model_ema.';
/** Beginnings of the names of averaged copies: of the U-Net, and of a VAE that was trained. */
const EMA = /^(first_stage_model\.)?model_ema\./;
/** What training a VAE leaves in it. */
const VAE_LEFTOVERS = /^first_stage_model\.(loss|model_ema)\./;
const TEXT = /^(cond_stage_model|conditioner)\./;

/** How the copy of a weight is called: without `model.` and without dots. @source latent-diffusion, LitEma */
const emaNameOf = (name: string): string => EMA_PREFIX + name.slice('model.'.length).replaceAll('.', '');

export interface Choice {
  readonly tensors: Tensors;
  readonly notes: readonly string[];
}

/** @throws model_incomplete when copies are asked for and there are none */
export function chooseEma({ tensors, header }: Source, choice: EmaChoice): Choice {
  if (choice === 'keep') return { tensors, notes: [] };
  const plain = new Map([...tensors].filter(([name]) => !EMA.test(name)));
  if (choice === 'drop') return { tensors: plain, notes: [] };
  const chosen = [...plain].map(([name, entry]): [string, typeof entry] => {
    const copy = name.startsWith('model.') ? tensors.get(emaNameOf(name)) : undefined;
    return [name, copy ?? entry];
  });
  const replaced = chosen.filter(([name, entry]) => plain.get(name) !== entry).length;
  if (replaced > 0) return { tensors: new Map(chosen), notes: [] };
  throw new CheckpointError(
    'model_incomplete',
    `ema: the model has no averaged copies (names beginning ${EMA_PREFIX}).`,
    {
      file: header.file,
      field: 'ema',
      hint: 'Leave the choice at keep or drop: the weights it has may be the averaged ones already.',
    },
  );
}

/** @throws model_incomplete where there is no VAE; models_differ where it is of another shape */
export function bakeVae(tensors: Tensors, vae: Source): Tensors {
  const taken = vaeOf(vae);
  for (const [name, { shape }] of below(tensors, VAE_PREFIX)) {
    const other = taken.get(name);
    if (VAE_LEFTOVERS.test(name) || (other !== undefined && sizeOf(other.shape) === sizeOf(shape))) continue;
    throw new CheckpointError(
      'models_differ',
      `vae: the VAE of ${vae.id} does not fit: ${name} is ${shapeText(shape)} in the model, ${other === undefined ? 'missing' : shapeText(other.shape)} in the VAE.`,
      {
        field: 'vae',
        tensor: name,
        expected: shape,
        got: other?.shape,
        hint: 'Take a VAE made for this family of models.',
      },
    );
  }
  return new Map([...[...tensors].filter(([name]) => !name.startsWith(VAE_PREFIX)), ...taken]);
}

/** The VAE of a file, without what training left in it. @throws model_incomplete */
export function vaeOf({ tensors, id, header }: Source): Tensors {
  const vae = new Map([...below(tensors, VAE_PREFIX)].filter(([name]) => !VAE_LEFTOVERS.test(name)));
  if (vae.size > 0) return vae;
  throw new CheckpointError('model_incomplete', `${id} has no VAE.`, {
    file: header.file,
    hint: 'Choose a checkpoint, or a file that holds a VAE.',
  });
}

/** What a model lacks (text encoders, VAE, U-Net), from another. */
export function complete(tensors: Tensors, base: Source): Tensors {
  const has = (test: (name: string) => boolean): boolean => [...tensors.keys()].some(test);
  const parts: ((name: string) => boolean)[] = [
    (name) => name.startsWith(UNET_PREFIX),
    (name) => name.startsWith(VAE_PREFIX) && !VAE_LEFTOVERS.test(name),
    (name) => TEXT.test(name),
  ];
  const missing = parts.filter((isOfPart) => !has(isOfPart));
  const added = [...base.tensors].filter(([name]) => missing.some((isOfPart) => isOfPart(name)));
  return new Map([...added, ...tensors]);
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
