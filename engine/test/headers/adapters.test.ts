/** Every form of LoRA that the references have: told for what it is from its header, with and without metadata. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { adapterOf } from '../../src/adapters/adapter-file.ts';
import { describeAdapter } from '../../src/adapters/describe-adapter.ts';
import { readHeader } from '../../src/checkpoint/header.ts';
import { readManifest } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/golden/lora');
const DIFFUSERS_FORMATS = readdirSync(join(FIXTURES, 'sd15_diffusers_formats'))
  .filter((name) => /^(?!base).*manifest/.test(name))
  .map((name) => name.replace(/\.gz$/, ''));
const told = (path: string, hasMetadata = true): ReturnType<typeof describeAdapter> => {
  const manifest = readManifest(join(FIXTURES, path));
  return describeAdapter(adapterOf(headerOfManifest(hasMetadata ? manifest : { ...manifest, metadata: {} })));
};

describe('a LoRA of the references', () => {
  it.each([
    ['dora', 'dora'],
    ['dora_in', 'dora'],
    ['full', 'full'],
    ['locon', 'locon'],
    ['locon_cp', 'locon'],
    ['loha', 'loha'],
    ['loha_tucker', 'loha'],
    ['lokr_both', 'lokr'],
    ['lokr_factored', 'lokr'],
    ['lokr_full', 'lokr'],
    ['lokr_tucker', 'lokr'],
    ['lora', 'lora'],
    ['norm', 'norm'],
  ])('%s is a %s for Stable Diffusion 1', (name, kind) => {
    const described = told(`sd15_kinds/${name}.manifest.json`);
    expect(described).toMatchObject({ kind, base: 'sd1', evidence: 'ss_base_model_version says sd_v1' });
    expect(described.parts).toEqual(['text-encoder', 'unet']);
    // The reference is smaller than any published model: its width is no model's, and nothing else shows the base.
    expect(told(`sd15_kinds/${name}.manifest.json`, false).base).toBeNull();
    if (name !== 'norm') expect(described).toMatchObject({ contextWidth: 128 });
  });

  it.each(DIFFUSERS_FORMATS)('in the form of diffusers is one, too: %s', (name) => {
    expect(told(`sd15_diffusers_formats/${name}`)).toMatchObject({ base: null, contextWidth: 128 });
    expect(told(`sd15_diffusers_formats/${name}`).kind).toMatch(/^(lora|locon)$/);
  });

  it('of IA3 is told by its marks, which lie in a file of their own here', async () => {
    const header = headerOfManifest(readManifest(join(FIXTURES, 'sd15_kinds/ia3.manifest.json')));
    const marks = await readHeader(join(FIXTURES, 'sd15_kinds/ia3.literal.safetensors'));
    const described = describeAdapter(
      adapterOf({ ...header, tensors: new Map([...header.tensors, ...marks.tensors]) }),
    );
    expect(described).toMatchObject({ kind: 'ia3', base: 'sd1', contextWidth: null, ranks: null });
  });

  it('is not what a checkpoint is', () => {
    expect(() => told('sd15_kinds/base.manifest.json')).toThrow(/holds nothing that changes a network/);
  });
});
