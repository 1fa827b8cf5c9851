import { describe, expect, it } from 'vitest';

import { asTinyVae, tinyHalves } from './tiny-vae.ts';
import type { CheckpointHeader } from './header.ts';
import type { TensorEntry } from './tensor-entry.ts';

const header = (shapes: Readonly<Record<string, readonly number[]>>): CheckpointHeader => ({
  file: '/models/vae/taesd.safetensors',
  fileBytes: 0,
  modifiedMs: 0,
  metadata: new Map(),
  tensors: new Map(
    Object.entries(shapes).map(([name, shape]): [string, TensorEntry] => [
      name,
      { name, dtype: 'F16', shape, offset: 0, byteLength: 0 },
    ]),
  ),
});

const KERNEL = [64, 64, 3, 3];

describe('files of the tiny autoencoder', () => {
  it('counts the clamp of an original decoder away', () => {
    const decoder = header({ '1.weight': [64, 4, 3, 3], '3.conv.0.weight': KERNEL, '19.bias': [3] });
    expect(tinyHalves(decoder)).toEqual(['decoder']);
    expect([...asTinyVae(decoder).tensors.keys()]).toEqual([
      'decoder.0.weight',
      'decoder.2.conv.0.weight',
      'decoder.18.bias',
    ]);
  });

  it('keeps the numbers of an original encoder', () => {
    const encoder = header({ '0.weight': [64, 3, 3, 3], '1.conv.0.weight': KERNEL });
    expect(tinyHalves(encoder)).toEqual(['encoder']);
    expect([...asTinyVae(encoder).tensors.keys()]).toEqual(['encoder.0.weight', 'encoder.1.conv.0.weight']);
  });

  it('finds both halves in a file of diffusers', () => {
    const both = header({ 'encoder.layers.0.weight': [64, 3, 3, 3], 'decoder.layers.0.weight': [64, 4, 3, 3] });
    expect(tinyHalves(both)).toEqual(['encoder', 'decoder']);
    expect([...asTinyVae(both).tensors.keys()]).toEqual(['encoder.0.weight', 'decoder.0.weight']);
  });

  it('takes nothing else for one', () => {
    expect(tinyHalves(header({ '0.weight': [64, 9, 3, 3] }))).toEqual([]);
    expect(tinyHalves(header({ 'decoder.conv_in.weight': [512, 4, 3, 3] }))).toEqual([]);
    expect(tinyHalves(header({}))).toEqual([]);
  });
});
