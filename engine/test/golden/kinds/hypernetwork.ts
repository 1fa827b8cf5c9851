/** Hypernetworks on a U-Net, from the file the WebUI would have: one check for each strength. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import { readManifest } from '../../support/formula-weights.ts';
import { writeHypernetwork } from '../../support/write-hypernetwork.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { openModelFile } from '../networks.ts';
import type { Kind } from './types.ts';

/** As the case describes the file. */
const NOTES = {
  step: 100,
  name: 'tiny',
  layer_structure: [1, 2, 1],
  activation_func: 'relu',
  is_layer_norm: false,
  weight_initialization: 'Normal',
  use_dropout: false,
  activate_output: false,
  last_layer_dropout: false,
};

export const hypernetwork: Kind = {
  run: 'adapters/hypernetwork',
  check: async (golden) => {
    const pipeline = await openModelFile(golden.file('base.manifest.json'));
    if ('missing' in pipeline) return [unknown('base', pipeline.missing)];
    const file = join(mkdtempSync(join(tmpdir(), 'easel-hypernetwork-')), 'tiny-hyper.pt');
    writeHypernetwork(readManifest(join(golden.folder, 'hypernetwork.manifest.json')), NOTES, file);
    const batch = golden.input('sample').shape[0] ?? 1;
    const timestep = tensor(new Float32Array(batch).fill(golden.input('timestep').data[0] ?? 0), [batch]);
    const feeds = { sample: golden.input('sample'), timestep, context: golden.input('context') };
    const checks: Check[] = [];
    for (const output of golden.outputNames) {
      const weight = Number(/^eps\.weight(.+)$/.exec(output)?.[1] ?? 0);
      await pipeline.useHypernetworks([{ file, weight }]);
      const { out } = await pipeline.run('unet', feeds, ['out']);
      checks.push(checkOf(output, [compare(output, out as Tensor, golden.stored(output), golden.bound)]));
    }
    await pipeline.useHypernetworks([]);
    return checks;
  },
};
