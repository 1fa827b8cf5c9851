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
const OPEN_CLIP = 'cond_stage_model.model.';
const OPEN_CLIP_XL = 'conditioner.embedders.1.model.';
const OPEN_CLIP_REFINER = 'conditioner.embedders.0.model.';
const UNET = 'model.diffusion_model.';
const VAE = 'first_stage_model.';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'easel-networks-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of a case whose model has the values of one tensor moved by a hundredth. */
function moved(name: string, tensor: string, model: string): string {
  const home = join(scratch, `${name}-${tensor}`);
  const folder = join(home, 'core', name);
  mkdirSync(join(home, 'core/models'), { recursive: true });
  cpSync(join(CORE, name), folder, { recursive: true });
  const manifest = readManifest(join(CORE, `models/${model}.manifest.json`));
  const tensors = manifest.tensors.map((row) =>
    row[0] === tensor ? [row[0], row[1], row[2], row[3] + 0.01, row[4]] : row,
  );
  writeFileSync(join(home, `core/models/${model}.manifest.json`), JSON.stringify({ ...manifest, tensors }));
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
    ['text-sd2', `${OPEN_CLIP}transformer.resblocks.1.attn.in_proj_bias`, 'sd2'],
    ['unet-sd2', `${UNET}middle_block.1.proj_in.bias`, 'sd2'],
    ['text-sdxl', `${OPEN_CLIP_XL}text_projection`, 'sdxl'],
    ['unet-sdxl', `${UNET}label_emb.0.2.bias`, 'sdxl'],
    ['unet-sdxl', `${UNET}output_blocks.0.1.transformer_blocks.1.norm3.bias`, 'sdxl'],
    ['webui-sdxl-dpmpp-2s-a', `${UNET}label_emb.0.0.bias`, 'sdxl'],
    ['text-refiner', `${OPEN_CLIP_REFINER}ln_final.bias`, 'sdxl-refiner'],
    ['unet-sd15-inpaint', `${UNET}input_blocks.0.0.weight`, 'sd15-inpaint'],
    ['pipeline-sd15-img2img', `${VAE}encoder.conv_out.bias`],
    ['pipeline-sd15-inpaint-legacy', `${VAE}encoder.norm_out.bias`],
    ['pipeline-inpaint-9ch', `${VAE}encoder.conv_in.bias`, 'sd15-inpaint'],
    ['pipeline-pix2pix', `${VAE}quant_conv.bias`, 'pix2pix'],
  ])('fails %s when %s is moved', async (name, tensor, model = 'sd15') => {
    const lines: string[] = [];
    const report = await runGolden([moved(name, tensor, model)], kinds, (line) => lines.push(line));
    expect(report.failed, lines.join('\n')).toBeGreaterThan(0);
    // By its numbers, not because it could not be run.
    expect(lines.filter((line) => line.startsWith('FAIL') && line.includes(' - '))).toEqual([]);
  });
});
