/** What a file of weights is when no family recognised it as a checkpoint: its kind, why, and what can be done with it. */
import { basename } from 'node:path';

import { StudioError } from '@easel/shared/errors';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { readLoneNetwork, type LoneNetwork } from '../checkpoint/lone-network.ts';
import { tinyHalves } from '../checkpoint/tiny-vae.ts';

/** A file that is not a checkpoint, but known. */
export interface FileKind {
  readonly kind: 'vae' | 'tiny-vae' | 'unet';
  /** Completes "It is ..." */
  readonly label: string;
  /** What it was told by: a clause. */
  readonly evidence: string;
  /** The line of models it belongs to, where that shows; a clause. */
  readonly line: string | null;
  /** What to do with it. */
  readonly hint: string;
}

const FIRST = 'Stable Diffusion 1 and 2';
const XL = 'Stable Diffusion XL';

/** By the width of the text that a U-Net is told. */
const LINES: Readonly<Record<number, string>> = {
  768: 'Stable Diffusion 1',
  1024: 'Stable Diffusion 2',
  2048: XL,
  1280: 'the refiner of Stable Diffusion XL',
};

/** null for a file of any other kind. Never fails: names that make no network are of another kind. */
export function recogniseKind(header: CheckpointHeader): FileKind | null {
  try {
    return tellKind(header);
  } catch (thrown) {
    if (thrown instanceof StudioError) return null;
    throw thrown;
  }
}

function tellKind(header: CheckpointHeader): FileKind | null {
  const halves = tinyHalves(header);
  if (halves.length > 0) {
    return {
      kind: 'tiny-vae',
      label: `a tiny autoencoder (${halves.join(' and ')})`,
      evidence: 'it has the numbered layers of one and nothing else',
      line: lineOfVae(header),
      hint: 'Put it into models/vae: it makes previews.',
    };
  }
  const lone = readLoneNetwork(header);
  if (lone === null) return null;
  const evidence = `it has one network and nothing else, under ${lone.label}`;
  if (lone.kind === 'vae') {
    const line = lineOfVae(header);
    return {
      kind: 'vae',
      label: 'a VAE alone',
      evidence,
      line,
      hint: 'Put it into models/vae. A checkpoint takes it in with: npm run easel -- convert CHECKPOINT OUTPUT --vae FILE.',
    };
  }
  return {
    kind: 'unet',
    label: 'a U-Net alone, without text encoder and VAE',
    evidence,
    line: lineOfUnet(lone),
    hint: 'Make it whole with a checkpoint of its family: npm run easel -- convert FILE OUTPUT --base CHECKPOINT.',
  };
}

/** Both lines have the same shapes: only words can tell. */
function lineOfVae({ metadata, file }: CheckpointHeader): string | null {
  const declared = metadata.get('modelspec.architecture');
  if (declared !== undefined) return /stable-diffusion-xl/.test(declared) ? XL : FIRST;
  const name = basename(file).toLowerCase();
  if (/sd[-_]?xl|taesdxl|(^|[-_])xl([-_.]|$)/.test(name)) return XL;
  return /taesd|sd[-_]?(v)?[12]|ft[-_](mse|ema)|kl-f8|anime/.test(name) ? FIRST : null;
}

function lineOfUnet({ tensors }: LoneNetwork): string | null {
  for (const [name, { shape }] of tensors) {
    if (name.endsWith('attn2.to_k.weight')) return LINES[shape[1] ?? 0] ?? null;
  }
  return null;
}
