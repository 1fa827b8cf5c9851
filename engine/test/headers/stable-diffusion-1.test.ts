/** Real-size checkpoints by their headers alone: detected as what they are, every graph builds, every tensor accounted for. */
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { CheckpointHeader } from '../../src/checkpoint/header.ts';
import { parseSidecar } from '../../src/checkpoint/sidecar.ts';
import { CheckpointWeights } from '../../src/checkpoint/weights.ts';
import { findFamily } from '../../src/families/recognise.ts';
import { textConfig, unetConfig } from '../../src/families/first-line.ts';
import { stableDiffusion1 } from '../../src/families/stable-diffusion-1/family.ts';
import { unetRows } from '../../src/modules/unet/rows.ts';
import { readDecoderConfig, readEncoderConfig } from '../../src/modules/vae.ts';
import { readManifest, type Manifest, type ManifestRow } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FULL = join(import.meta.dirname, '../../../fixtures/golden/core/full');
const TINY = join(import.meta.dirname, '../../../fixtures/golden/core/models');
const full = (name: string): Manifest => readManifest(join(FULL, `${name}.manifest.json`));
const tiny = readManifest(join(TINY, 'sd15.manifest.json'));

function thrownBy(act: () => unknown): { code: string; message: string; details: Record<string, unknown> } {
  try {
    act();
  } catch (error) {
    return error as { code: string; message: string; details: Record<string, unknown> };
  }
  return { code: 'nothing was thrown', message: '', details: {} };
}

const check = (header: CheckpointHeader): void => stableDiffusion1.check(header, null);
const withRows = (rows: readonly ManifestRow[]): CheckpointHeader => headerOfManifest({ ...tiny, tensors: rows });

describe('a Stable Diffusion 1.5 checkpoint of real size', () => {
  const header = headerOfManifest(full('sd15'));

  it('is recognised by its shapes where no metadata says what it is', () => {
    const { family, evidence } = findFamily(header);
    expect(family.id).toBe('stable-diffusion-1');
    expect(evidence).toMatch(/CLIP text encoder, a VAE and a U-Net that takes 4 channels/);
  });

  it('builds all its graphs and uses every tensor', () => {
    check(header);
    let elements = 0;
    for (const role of stableDiffusion1.roles) {
      const { bytes, weightElements, externalRoot } = stableDiffusion1.build(role, header, null);
      expect(externalRoot).toBe('/');
      expect(bytes.length).toBeLessThan(2_000_000);
      elements += weightElements;
    }
    // All parameters, the final norm of the text encoder once for each of its twelve outputs.
    expect(elements).toBe(1_066_235_384 - 77 + 11 * 2 * 768);
  });

  it('has the widths it is known for', () => {
    const networks = new CheckpointWeights(header);
    expect(textConfig(networks, null)).toEqual({
      vocabulary: 49408,
      length: 77,
      width: 768,
      inner: 3072,
      layers: 12,
      heads: 12,
    });
    expect(unetConfig(networks, null)).toEqual({
      inChannels: 4,
      outChannels: 4,
      channels: [320, 640, 1280, 1280],
      depths: [1, 1, 1, 0],
      middleDepth: 1,
      contextWidth: 768,
      heads: [8, 8, 8, 8],
      projection: 'convolution',
      vectorWidth: null,
      guidanceWidth: null,
    });
    expect(readDecoderConfig(networks.scope('first_stage_model.', 'vae'))).toEqual({ channels: [128, 256, 512, 512] });
    expect(readEncoderConfig(networks.scope('first_stage_model.', 'vae'))).toEqual({ channels: [128, 256, 512, 512] });
  });

  it('has its U-Net blocks where the published configuration puts them', () => {
    const rows = unetRows(unetConfig(new CheckpointWeights(header), null));
    const letters = (row: readonly { kind: string }[]): string => row.map(({ kind }) => kind[0]).join('');
    expect(rows.input.map(letters)).toEqual(['rt', 'rt', 'd', 'rt', 'rt', 'd', 'rt', 'rt', 'd', 'r', 'r']);
    expect(letters(rows.middle)).toBe('rtr');
    expect(rows.output.map(letters)).toEqual(['r', 'r', 'ru', 'rt', 'rt', 'rtu', 'rt', 'rt', 'rtu', 'rt', 'rt', 'rt']);
    const widths = rows.output.map(([first]) => (first?.kind === 'residual' ? [first.from, first.to] : []));
    expect(widths).toEqual([
      [2560, 1280],
      [2560, 1280],
      [2560, 1280],
      [2560, 1280],
      [2560, 1280],
      [1920, 1280],
      [1920, 640],
      [1280, 640],
      [960, 640],
      [960, 320],
      [640, 320],
      [640, 320],
    ]);
  });

  it('has the defaults of its family', () => {
    expect(stableDiffusion1.facts(header, null)).toMatchObject({
      prediction: 'epsilon',
      title: null,
      latent: { channels: 4, scale: 0.18215 },
      defaults: { width: 512, height: 512, sampler: 'dpmpp-2m', schedule: 'automatic', clipSkip: 1, rng: 'nv' },
    });
  });

  it('is the same with everything that training leaves behind', () => {
    const training = headerOfManifest(full('sd15-training'));
    expect(findFamily(training).family.id).toBe('stable-diffusion-1');
    check(training);
  });
});

describe('what a checkpoint says of itself', () => {
  const metadata = {
    'modelspec.architecture': 'stable-diffusion-v1',
    'modelspec.resolution': '128x192',
    'modelspec.prediction_type': 'v',
    'modelspec.title': ' Small scenes ',
  };
  const facts = (more: Record<string, string>, sidecar: string | null = null) =>
    stableDiffusion1.facts(
      headerOfManifest({ ...tiny, metadata: { ...metadata, ...more } }),
      sidecar === null ? null : parseSidecar(sidecar),
    );

  it('rules over the defaults of the family', () => {
    expect(facts({})).toMatchObject({ prediction: 'v', title: 'Small scenes', defaults: { width: 128, height: 192 } });
  });

  it('is itself ruled by the sidecar', () => {
    const sidecar = JSON.stringify({ width: 64, height: 64, steps: 12, cfg: 3.5, prompts: ['a cat', 7, 'a boat'] });
    expect(facts({}, sidecar)).toMatchObject({
      defaults: { width: 64, height: 64, steps: 12, guidance: 3.5 },
      examples: ['a cat', 'a boat'],
    });
  });

  it('counts as absent where it is odd', () => {
    const sidecar = JSON.stringify({
      steps: '20',
      cfg: 1e308,
      width: 513,
      height: -1,
      prompts: { a: 1 },
      latent_rgb: [[1, 2], 'x'],
    });
    const odd = facts({ 'modelspec.resolution': '9999999x1', 'easel.latent_rgb': '[[1,2,3]]' }, sidecar);
    expect(odd.defaults).toMatchObject({ width: 512, height: 512, steps: 20, guidance: 7 });
    expect(odd.examples).toEqual([]);
    expect(odd.latent.preview.bias).toEqual([0, 0, 0]);
  });

  it('maps latents to colours as stored for 0..1', () => {
    const rows = [
      [0.5, 0, 0],
      [0, 0.25, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0.5, 0.75, 0.25],
    ];
    const { preview } = facts({ 'easel.latent_rgb': JSON.stringify(rows) }).latent;
    expect(preview.matrix).toEqual([
      [1, 0, 0],
      [0, 0.5, 0],
      [0, 0, 2],
      [0, 0, 0],
    ]);
    expect(preview.bias).toEqual([0, 0.5, -0.5]);
  });

  it.each([
    ['metadata', { 'demo.config': '{"text":{"heads":4},"unet":{"heads":4}}' }, null],
    ['a sidecar', {}, '{"clip_heads":4,"unet_heads":4}'],
  ])('states head counts by %s', (_, more, sidecar) => {
    const networks = new CheckpointWeights(headerOfManifest({ ...tiny, metadata: more }));
    const told = sidecar === null ? null : parseSidecar(sidecar);
    expect([textConfig(networks, told).heads, unetConfig(networks, told).heads]).toEqual([4, [4, 4, 4, 4]]);
  });

  it('does not make heads that divide no width', () => {
    const networks = new CheckpointWeights(headerOfManifest(tiny));
    const told = parseSidecar('{"clip_heads":5,"unet_heads":64}');
    expect([textConfig(networks, told).heads, unetConfig(networks, told).heads]).toEqual([2, [8, 8, 8, 8]]);
  });
});

describe('checkpoints of other kinds', () => {
  it.each([
    ['model.diffusion_model.joint_blocks.0.x', /looks like Stable Diffusion 3\./],
    ['double_blocks.0.x', /looks like Flux\./],
    ['control_model.x', /looks like a ControlNet\./],
    ['input_hint_block.0.weight', /looks like a ControlNet\./],
  ])('with %s are refused with a sentence that names them', (name, sentence) => {
    const error = thrownBy(() => findFamily(headerOfManifest({ metadata: {}, tensors: [[name, 'F16', [4], 0, 1]] })));
    expect(error.code).toBe('model_unsupported');
    expect(error.message).toMatch(sentence);
  });

  it.each([
    ['sd2', 5, /looks like a relative of Stable Diffusion 2/],
    ['sdxl', 8, /looks like a part or a relative of Stable Diffusion XL/],
    ['sd15', 5, /Nothing in it is known\./],
  ])('%s whose U-Net takes %d channels is refused', (name, channels, sentence) => {
    const entry = 'model.diffusion_model.input_blocks.0.0.weight';
    const tensors = full(name).tensors.map((row): ManifestRow =>
      row[0] === entry ? [entry, 'F16', [320, channels, 3, 3], 0, 1] : row,
    );
    const error = thrownBy(() => findFamily(headerOfManifest({ metadata: {}, tensors })));
    expect(error.code).toBe('model_unsupported');
    expect(error.message).toMatch(sentence);
  });

  it('an unknown architecture is refused, naming it', () => {
    const error = thrownBy(() =>
      findFamily(
        headerOfManifest({
          metadata: { 'modelspec.architecture': 'brand-new-v9' },
          tensors: [['x', 'F16', [4], 0, 1]],
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'model_unsupported' });
    expect(error.message).toContain('"brand-new-v9"');
  });

  it('a checkpoint that claims to be Stable Diffusion 1 and holds nothing lacks its tensors', () => {
    const header = headerOfManifest({
      metadata: { 'modelspec.architecture': 'stable-diffusion-v1' },
      tensors: [['x', 'F16', [4], 0, 1]],
    });
    expect(findFamily(header).family.id).toBe('stable-diffusion-1');
    expect(thrownBy(() => check(header)).code).toBe('model_incomplete');
  });
});

describe('a damaged checkpoint', () => {
  const rows = tiny.tensors;
  const sample = rows.filter((_, i) => i % 29 === 3);

  it.each(sample.map(([name]) => name))('without %s is incomplete, and the message names it', (name) => {
    const error = thrownBy(() => check(withRows(rows.filter((row) => row[0] !== name))));
    expect(error).toMatchObject({ code: 'model_incomplete', details: { tensor: name } });
  });

  it.each(sample.map(([name]) => name))(
    'with another shape of %s is unexpected, and the message shows both',
    (name) => {
      const changed = rows.map((row): ManifestRow =>
        row[0] === name ? [name, row[1], [...row[2], 1], row[3], row[4]] : row,
      );
      const error = thrownBy(() => check(withRows(changed)));
      expect(error).toMatchObject({ code: 'model_unexpected', details: { tensor: name } });
      expect(error.message).toMatch(/expected \[.*\], file has \[.*\]/);
    },
  );

  it('with a tensor nobody reads is unexpected', () => {
    const error = thrownBy(() => check(withRows([...rows, ['model.diffusion_model.extra.weight', 'F16', [4], 0, 1]])));
    expect(error).toMatchObject({
      code: 'model_unexpected',
      details: { tensor: 'model.diffusion_model.extra.weight' },
    });
  });

  it('with integer weights is unexpected', () => {
    const name = 'model.diffusion_model.out.2.weight';
    const changed = rows.map((row): ManifestRow => (row[0] === name ? [name, 'I64', row[2], row[3], row[4]] : row));
    expect(thrownBy(() => check(withRows(changed)))).toMatchObject({
      code: 'model_unexpected',
      details: { tensor: name },
    });
  });

  it('may lack the level text_model, as some merged files do', () => {
    const merged = withRows(rows.map(([name, ...rest]): ManifestRow => [name.replace('.text_model.', '.'), ...rest]));
    expect(thrownBy(() => check(merged)).code).toBe('nothing was thrown');
  });
});
