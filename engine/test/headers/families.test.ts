/** One row for each kind of real-size checkpoint: detected as what it is, every graph builds, every tensor accounted for. */
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { CheckpointHeader } from '../../src/checkpoint/header.ts';
import { parseSidecar } from '../../src/checkpoint/sidecar.ts';
import { CheckpointWeights } from '../../src/checkpoint/weights.ts';
import { families } from '../../src/families/index.ts';
import { findFamily } from '../../src/families/recognise.ts';
import type { Family } from '../../src/families/types.ts';
import { readUnetConfig } from '../../src/modules/unet/config.ts';
import { readManifest, type Manifest, type ManifestRow } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FULL = join(import.meta.dirname, '../../../fixtures/golden/core/full');

interface Row {
  readonly manifest: string;
  readonly family: string;
  /** Why, when metadata says what it is. */
  readonly declared: RegExp;
  /** Why, when only names and shapes show it; absent = they do not show it. */
  readonly shown?: RegExp;
  readonly facts: Record<string, unknown>;
  readonly roles: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    manifest: 'sd2',
    family: 'stable-diffusion-2',
    declared: /^modelspec.architecture says stable-diffusion-v2-768-v$/,
    shown: /^it has an OpenCLIP text encoder where Stable Diffusion 2 has it, a VAE and a U-Net that takes 4 channels$/,
    facts: { prediction: 'v', latent: { scale: 0.18215 }, defaults: { width: 768, height: 768, guidance: 7 } },
    roles: ['text-encoder', 'unet', 'vae-decoder', 'vae-encoder'],
  },
  {
    manifest: 'sdxl',
    family: 'stable-diffusion-xl',
    declared: /^modelspec.architecture says stable-diffusion-xl-v1-base$/,
    shown: /^it has two text encoders under the names of Stable Diffusion XL, a VAE and a U-Net that takes 4 channels$/,
    facts: {
      prediction: 'epsilon',
      latent: { scale: 0.13025 },
      defaults: { width: 1024, height: 1024, steps: 30, guidance: 7, clipSkip: 1 },
    },
    roles: ['text-encoder', 'text-encoder-2', 'unet', 'vae-decoder', 'vae-encoder'],
  },
  {
    manifest: 'sdxl-refiner',
    family: 'stable-diffusion-xl-refiner',
    declared: /^modelspec.architecture says stable-diffusion-xl-v1-refiner$/,
    shown: /^it has an OpenCLIP text encoder in the place of the first, a VAE and a U-Net that takes 4 channels$/,
    facts: { prediction: 'epsilon', latent: { scale: 0.13025 }, defaults: { width: 1024, height: 1024 } },
    roles: ['text-encoder-2', 'unet', 'vae-decoder', 'vae-encoder'],
  },
  {
    manifest: 'sd15-inpaint',
    family: 'stable-diffusion-1-inpaint',
    declared: /^modelspec.architecture says stable-diffusion-v1\/inpaint and its U-Net takes 9 channels$/,
    shown: /^it has a CLIP text encoder, a VAE and a U-Net that takes 9 channels$/,
    facts: { prediction: 'epsilon', latent: { scale: 0.18215 }, defaults: { width: 512, height: 512 } },
    roles: ['text-encoder', 'unet', 'vae-decoder', 'vae-encoder'],
  },
  {
    manifest: 'pix2pix',
    family: 'instruct-pix2pix',
    declared: /^modelspec.architecture says stable-diffusion-v1 and its U-Net takes 8 channels$/,
    shown: /^it has a CLIP text encoder, a VAE and a U-Net that takes 8 channels$/,
    facts: { prediction: 'epsilon', latent: { scale: 0.18215 }, defaults: { width: 512, height: 512 } },
    roles: ['text-encoder', 'unet', 'vae-decoder', 'vae-encoder'],
  },
];

const full = (name: string): Manifest => readManifest(join(FULL, `${name}.manifest.json`));
const headerOf = (manifest: Manifest, change: Partial<Manifest> = {}): CheckpointHeader =>
  headerOfManifest({ ...manifest, ...change });

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

describe.each(ROWS)(
  'a $manifest checkpoint of real size',
  ({ manifest: name, family: id, declared, shown, ...row }) => {
    const manifest = full(name);
    const family = families.find((each) => each.id === id) as Family;

    it('is recognised by its metadata', () => {
      const found = findFamily(headerOf(manifest));
      expect(found.family.id).toBe(id);
      expect(found.evidence).toMatch(declared);
    });

    it.runIf(shown !== undefined)('is recognised by its names where no metadata says what it is', () => {
      const found = findFamily(headerOf(manifest, { metadata: {} }));
      expect(found.family.id).toBe(id);
      expect(found.evidence).toMatch(shown as RegExp);
    });

    it('builds all its graphs and uses every tensor', () => {
      const header = headerOf(manifest);
      family.check(header, null);
      expect(family.roles).toEqual(row.roles);
      for (const role of family.roles) {
        const { bytes, externalRoot, weightElements } = family.build(role, header, null);
        expect(externalRoot).toBe('/');
        expect(weightElements).toBeGreaterThan(10_000_000);
        expect(bytes.length).toBeLessThan(4_000_000);
      }
    });

    it('has the facts of its family', () => {
      expect(family.facts(headerOf(manifest), null)).toMatchObject(row.facts);
    });

    it('is incomplete without any one of its tensors, and the message names it', () => {
      const sample = manifest.tensors.filter((_, i) => i % 97 === 5).filter(([tensor]) => !isUseless(tensor));
      expect(sample.length).toBeGreaterThan(5);
      for (const [missing] of sample) {
        const header = headerOf(manifest, { tensors: manifest.tensors.filter(([tensor]) => tensor !== missing) });
        const error = thrownBy(() => family.check(header, null));
        expect(error, missing).toMatchObject({ code: 'model_incomplete', details: { tensor: missing } });
      }
    });

    it('is unexpected with a tensor nobody reads', () => {
      const extra: ManifestRow = ['model.diffusion_model.extra.weight', 'F16', [4], 0, 1];
      const header = headerOf(manifest, { tensors: [...manifest.tensors, extra] });
      expect(thrownBy(() => family.check(header, null))).toMatchObject({ code: 'model_unexpected' });
    });
  },
);

/** Names that no network reads. */
const isUseless = (name: string): boolean =>
  /position_ids|logit_scale|^cond_stage_model\.model\.(text_projection|transformer\.resblocks\.23\.)/.test(name);

describe('the U-Net of Stable Diffusion XL', () => {
  it('has its transformers where the published configuration puts them', () => {
    const scope = new CheckpointWeights(headerOf(full('sdxl'))).scope('model.diffusion_model.', 'unet');
    const heads = (channels: number): number => channels / 64;
    expect(readUnetConfig(scope, { heads, projection: 'matrix', hasVector: true })).toEqual({
      inChannels: 4,
      outChannels: 4,
      channels: [320, 640, 1280],
      depths: [0, 2, 10],
      middleDepth: 10,
      heads: [5, 10, 20],
      contextWidth: 2048,
      projection: 'matrix',
      guidanceWidth: null,
      vectorWidth: 1280 + 6 * 256,
    });
  });
});

describe('Stable Diffusion XL with 9 channels', () => {
  const manifest = full('sdxl');
  const entry = 'model.diffusion_model.input_blocks.0.0.weight';
  const tensors = manifest.tensors.map((row): ManifestRow =>
    row[0] === entry ? [entry, 'F16', [320, 9, 3, 3], 0, 1] : row,
  );

  it.each([
    ['its metadata', manifest.metadata],
    ['metadata that says so', { 'modelspec.architecture': 'stable-diffusion-xl-v1-base/inpaint' }],
    ['its names', {}],
  ])('is its inpainting model by %s, and builds', (_, metadata) => {
    const header = headerOfManifest({ metadata, tensors });
    const { family } = findFamily(header);
    expect(family.id).toBe('stable-diffusion-xl-inpaint');
    family.check(header, null);
  });
});

describe('Stable Diffusion XL that paints in a few steps', () => {
  const family = families.find(({ id }) => id === 'stable-diffusion-xl') as Family;
  const header = headerOfManifest(full('sdxl'), '/models/sdxl_lightning_4step.safetensors');

  it('is the same family with defaults of its own, and says why', () => {
    expect(findFamily(header).family).toBe(family);
    const facts = family.facts(header, null);
    expect(facts.defaults).toMatchObject({ width: 1024, steps: 4, guidance: 1, sampler: 'euler' });
    expect(facts.defaultsEvidence).toMatch(/Lightning, because its file name says so/);
  });

  it('follows its sidecar all the same', () => {
    expect(family.facts(header, parseSidecar('{"steps": 6, "cfg": 1.5}')).defaults).toMatchObject({
      steps: 6,
      guidance: 1.5,
    });
  });
});

describe('add-ons for Stable Diffusion XL', () => {
  it.each(['lora', 'vae', 'controlnet'])('are no checkpoints: %s', (kind) => {
    const metadata = { 'modelspec.architecture': `stable-diffusion-xl-v1-base/${kind}` };
    const header = headerOfManifest({ metadata, tensors: [['x', 'F16', [4], 0, 1]] });
    expect(thrownBy(() => findFamily(header))).toMatchObject({ code: 'model_unsupported' });
  });
});

describe('what Stable Diffusion 2 predicts', () => {
  const manifest = full('sd2');
  const family = families.find(({ id }) => id === 'stable-diffusion-2') as Family;
  const factsWith = (metadata: Record<string, string>, sidecar: string | null = null) =>
    family.facts(headerOf(manifest, { metadata }), sidecar === null ? null : parseSidecar(sidecar));

  it('is a stated assumption where the file says nothing', () => {
    const facts = factsWith({});
    expect(facts).toMatchObject({ prediction: 'v', defaults: { width: 768 } });
    expect(facts.predictionEvidence).toMatch(/nothing in the file says it/);
  });

  it('is the noise at 512 pixels', () => {
    expect(factsWith({ 'modelspec.architecture': 'stable-diffusion-v2-512' })).toMatchObject({
      prediction: 'epsilon',
      defaults: { width: 512, height: 512 },
    });
    expect(factsWith({ 'modelspec.prediction_type': 'epsilon' })).toMatchObject({
      prediction: 'epsilon',
      defaults: { width: 512 },
    });
  });

  it('is what a sidecar says, whatever the metadata says', () => {
    expect(factsWith({ 'modelspec.prediction_type': 'v' }, '{"prediction": "epsilon"}')).toMatchObject({
      prediction: 'epsilon',
      predictionEvidence: "it predicts epsilon, because the sidecar's prediction says so",
    });
  });
});
