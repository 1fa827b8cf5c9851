/** Files of full size that are no checkpoints, by their headers: told for what they are, with what can be done with them. */
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { recogniseKind } from '../../src/families/file-kind.ts';
import { findFamily } from '../../src/families/recognise.ts';
import { readManifest } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FULL = join(import.meta.dirname, '../../../fixtures/golden/core/full');
const headerOf = (name: string): ReturnType<typeof headerOfManifest> =>
  headerOfManifest(readManifest(join(FULL, `${name}.manifest.json`)), `/models/${name}.safetensors`);

const FILES: readonly [name: string, kind: string, line: string | null][] = [
  ['sdxl-vae', 'vae', 'Stable Diffusion XL'],
  ['vae-diffusers', 'vae', null],
  ['sd15-unet-diffusers', 'unet', 'Stable Diffusion 1'],
  ['sdxl-unet-diffusers', 'unet', 'Stable Diffusion XL'],
  ['taesd_decoder', 'tiny-vae', 'Stable Diffusion 1 and 2'],
  ['taesdxl-diffusers', 'tiny-vae', 'Stable Diffusion XL'],
];

describe('a file that holds a part', () => {
  it.each(FILES)('%s is told for what it is', (name, kind, line) => {
    const header = headerOf(name);
    expect(recogniseKind(header)).toMatchObject({ kind, line });
    expect(() => findFamily(header)).toThrow(
      expect.objectContaining({
        code: 'model_unsupported',
        details: expect.objectContaining({ hint: expect.stringMatching(/models\/vae|--base/) }),
      }),
    );
  });

  it('is not a checkpoint with all its parts', () => {
    expect(recogniseKind(headerOf('sd15'))).toBeNull();
  });
});
