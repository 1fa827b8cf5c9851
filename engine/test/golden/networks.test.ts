/**
 * The proof that the kinds which run networks notice a wrong one: the same cases on a checkpoint in which one vector
 * was moved a little.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readManifest } from '../support/formula-weights.ts';
import { kinds } from './kinds/index.ts';
import { runGolden } from './runner.ts';

const CORE = join(import.meta.dirname, '../../../fixtures/golden/core');
const TEXT = 'cond_stage_model.transformer.text_model.';
const UNET = 'model.diffusion_model.';
const VAE = 'first_stage_model.';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'easel-networks-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of a case whose model has the values of one tensor moved by a hundredth. */
function moved(name: string, tensor: string): string {
  const home = join(scratch, `${name}-${tensor}`);
  const folder = join(home, 'core', name);
  mkdirSync(join(home, 'core/models'), { recursive: true });
  cpSync(join(CORE, name), folder, { recursive: true });
  const manifest = readManifest(join(CORE, 'models/sd15.manifest.json'));
  const tensors = manifest.tensors.map((row) =>
    row[0] === tensor ? [row[0], row[1], row[2], row[3] + 0.01, row[4]] : row,
  );
  writeFileSync(join(home, 'core/models/sd15.manifest.json'), JSON.stringify({ ...manifest, tensors }));
  return folder;
}

describe('a network that is a little wrong', () => {
  it.each([
    ['text-sd15', `${TEXT}encoder.layers.3.mlp.fc2.bias`],
    ['text-sd15', `${TEXT}final_layer_norm.weight`],
    ['unet-sd15', `${UNET}time_embed.0.bias`],
    ['unet-sd15', `${UNET}middle_block.1.transformer_blocks.0.attn2.to_out.0.bias`],
    ['unet-sd15', `${UNET}output_blocks.11.0.skip_connection.weight`],
    ['vae', `${VAE}encoder.mid.attn_1.v.bias`],
    ['vae', `${VAE}decoder.up.0.block.2.norm2.weight`],
    ['pipeline-sd15-ddim', `${UNET}input_blocks.8.1.norm.bias`],
    ['pipeline-sd15-euler', `${TEXT}final_layer_norm.bias`],
    ['webui-sd15-dpmpp-2m-karras', `${UNET}out.0.bias`],
  ])('fails %s when %s is moved', async (name, tensor) => {
    const lines: string[] = [];
    const report = await runGolden([moved(name, tensor)], kinds, (line) => lines.push(line));
    expect(report.failed, lines.join('\n')).toBeGreaterThan(0);
    // By its numbers, not because it could not be run.
    expect(lines.filter((line) => line.startsWith('FAIL') && line.includes(' - '))).toEqual([]);
  });
});
