/** The tables of names: real networks' keys in one layout become exactly those of the other, and no two become one. */
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { toDiffusers, toOriginal, type Keymap } from '../../src/checkpoint/keymaps/keymap.ts';
import { openClipKeymap } from '../../src/checkpoint/keymaps/open-clip.ts';
import { topologyOfDiffusers, topologyOfOriginal, unetKeymap } from '../../src/checkpoint/keymaps/unet.ts';
import { OLD_ATTENTION, vaeKeymap } from '../../src/checkpoint/keymaps/vae.ts';
import { readManifest } from '../support/formula-weights.ts';

const FULL = join(import.meta.dirname, '../../../fixtures/golden/core/full');
const rowsOf = (name: string): Map<string, readonly number[]> =>
  new Map(readManifest(join(FULL, `${name}.manifest.json`)).tensors.map(([key, , shape]) => [key, shape]));

/** Names and shapes of one network of a single file, without its prefix. */
const partOf = (name: string, prefix: string): Map<string, readonly number[]> =>
  new Map(
    [...rowsOf(name)]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, shape]) => [key.slice(prefix.length), shape]),
  );

function moved(rows: ReadonlyMap<string, readonly number[]>, keymap: Keymap): Map<string, readonly number[]> {
  const original = toOriginal(keymap);
  return new Map(
    [...rows].map(([key, shape]) => {
      const target = original(key);
      if (target === null) throw new Error(`${key} is not known`);
      return [target.name, target.form === 'kernel' && shape.length === 2 ? [...shape, 1, 1] : shape];
    }),
  );
}

const sorted = (rows: ReadonlyMap<string, readonly number[]>): [string, readonly number[]][] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('names of U-Nets', () => {
  it.each([
    ['sd15-unet-diffusers', 'sd15'],
    ['sdxl-unet-diffusers', 'sdxl'],
  ])('of %s become those of %s, all of them', (from, to) => {
    const rows = rowsOf(from);
    const keymap = unetKeymap(topologyOfDiffusers([...rows.keys()]));
    expect(sorted(moved(rows, keymap))).toEqual(sorted(partOf(to, 'model.diffusion_model.')));
  });

  it.each([
    ['sd15', 'sd15-unet-diffusers'],
    ['sdxl', 'sdxl-unet-diffusers'],
  ])('of %s become those of %s, all of them', (from, to) => {
    const names = [...partOf(from, 'model.diffusion_model.').keys()];
    const renamed = toDiffusers(unetKeymap(topologyOfOriginal(names)));
    expect(new Set(names.map((name) => renamed(name)?.name))).toEqual(new Set(rowsOf(to).keys()));
  });

  it("of an LCM have one more, the guidance's", () => {
    const rows = rowsOf('lcm-unet-diffusers');
    const names = [...moved(rows, unetKeymap(topologyOfDiffusers([...rows.keys()]))).keys()];
    const plain = partOf('sd15', 'model.diffusion_model.');
    expect(names.filter((name) => !plain.has(name))).toEqual(['time_embed.cond_proj.weight']);
  });
});

describe('names of autoencoders', () => {
  const rows = rowsOf('vae-diffusers');
  const original = partOf('sd15', 'first_stage_model.');

  it('become the original ones, matrices as convolutions', () => {
    expect(sorted(moved(rows, vaeKeymap(4)))).toEqual(sorted(original));
  });

  it('become them also from before 0.17', () => {
    const OLD = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' };
    const old = new Map(
      [...rows].map(([key, shape]) => [
        key.replace(/\.(to_q|to_k|to_v|to_out\.0)\./, (_, part: string) => `.${OLD[part as keyof typeof OLD]}.`),
        shape,
      ]),
    );
    expect(old.has('encoder.mid_block.attentions.0.query.weight')).toBe(true);
    expect(sorted(moved(old, [...vaeKeymap(4), ...OLD_ATTENTION]))).toEqual(sorted(original));
  });
});

describe('names of OpenCLIP encoders', () => {
  it.each([
    ['sdxl', 'conditioner.embedders.1.model.', 32],
    ['sd2', 'cond_stage_model.model.', 24],
  ])('cover what %s holds', (file, prefix, layers) => {
    const known = new Set(openClipKeymap(layers).map(({ original }) => original));
    const covers = (name: string): boolean => known.has(name) || known.has(name.slice(0, name.lastIndexOf('.')));
    const unknown = [...partOf(file, prefix).keys()].filter((name) => !covers(name));
    // A number of the training that no network reads.
    expect(unknown).toEqual(['logit_scale']);
  });
});

describe('every table of names', () => {
  const topology = { levels: 4, blocks: 2, attention: [true, true, true, false] };
  it.each<[string, Keymap]>([
    ['U-Net', unetKeymap(topology)],
    ['autoencoder', vaeKeymap(4)],
    ['OpenCLIP', openClipKeymap(24)],
  ])('reads in both directions: %s', (_, keymap) => {
    expect(new Set(keymap.map(({ diffusers }) => diffusers)).size).toBe(keymap.length);
    // Thirds of one tensor are the only ones that share a name.
    const originals = keymap.map(({ original, form }) => `${original} ${typeof form === 'number' ? form : ''}`);
    expect(new Set(originals).size).toBe(keymap.length);
  });

  it('knows nothing of names it does not list', () => {
    expect(toOriginal(unetKeymap(topology))('down_blocks.9.resnets.0.conv1.weight')).toBeNull();
    expect(toOriginal(unetKeymap(topology))('constructor')).toBeNull();
  });
});
