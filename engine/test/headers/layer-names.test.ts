/** Names that real adapter files use, on the layers of real full-size checkpoints. */
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { nameLayers, type LayerNames } from '../../src/adapters/layers.ts';
import { findFamily } from '../../src/families/recognise.ts';
import { readManifest } from '../support/formula-weights.ts';
import { headerOfManifest } from '../support/manifest-header.ts';

const FULL = join(import.meta.dirname, '../../../fixtures/golden/core/full');

function namesOf(checkpoint: string): LayerNames {
  const header = headerOfManifest(readManifest(join(FULL, `${checkpoint}.manifest.json`)));
  return nameLayers(findFamily(header).family.reads(header, null));
}

const countOf = (names: LayerNames, pattern: RegExp): number =>
  [...names.keys()].filter((name) => pattern.test(name)).length;

/** What kohya's trainer puts a LoRA on. */
const TARGET = '(attn[12]_to_(q|k|v|out_0)|ff_net_(0_proj|2)|proj_(in|out))$';
const TEXT_TARGET = '(self_attn_(q|k|v|out)_proj|mlp_fc[12])$';

describe('layers of Stable Diffusion 1.5', () => {
  const names = namesOf('sd15');

  it('have the 192 and 72 names of a LoRA by kohya', () => {
    expect(countOf(names, new RegExp(`^lora_unet_(down|mid|up)_.*${TARGET}`))).toBe(192);
    expect(countOf(names, new RegExp(`^lora_te_text_model_encoder_layers_.*${TEXT_TARGET}`))).toBe(72);
  });

  it.each([
    [
      'lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q',
      'unet.input_blocks.4.1.transformer_blocks.0.attn1.to_q',
    ],
    ['unet.mid_block.attentions.0.transformer_blocks.0.ff.net.2', 'unet.middle_block.1.transformer_blocks.0.ff.net.2'],
    [
      'up_blocks.1.attentions.2.transformer_blocks.0.attn2.processor.to_out',
      'unet.output_blocks.5.1.transformer_blocks.0.attn2.to_out.0',
    ],
    ['lora_unet_up_blocks_3_resnets_0_conv_shortcut', 'unet.output_blocks.9.0.skip_connection'],
    ['lora_unet_input_blocks_3_0_op', 'unet.input_blocks.3.0.op'],
    ['lora_unet_time_embedding_linear_1', 'unet.time_embed.0'],
    [
      'text_encoder.text_model.encoder.layers.11.self_attn.out_proj',
      'text-encoder.encoder.layers.11.self_attn.out_proj',
    ],
  ])('%s is %s', (spelling, path) => {
    expect(names.get(spelling)?.path).toBe(path);
  });

  it('know nothing of the second text encoder', () => {
    expect(countOf(names, /^lora_te[12]_|^text_encoder_2/)).toBe(0);
  });
});

describe('layers of Stable Diffusion XL', () => {
  const names = namesOf('sdxl');

  it('have the 722, 72 and 192 names of a LoRA by kohya, in either layout', () => {
    expect(countOf(names, new RegExp(`^lora_unet_(down|mid|up)_.*${TARGET}`))).toBe(722);
    expect(countOf(names, new RegExp(`^lora_unet_(input|middle|output)_.*${TARGET}`))).toBe(722);
    expect(countOf(names, new RegExp(`^lora_te1_text_model_encoder_layers_.*${TEXT_TARGET}`))).toBe(72);
    expect(countOf(names, new RegExp(`^lora_te2_text_model_encoder_layers_.*${TEXT_TARGET}`))).toBe(192);
  });

  it('have queries, keys and values of the second encoder as thirds of one matrix', () => {
    const layer = names.get('lora_te2_text_model_encoder_layers_3_self_attn_k_proj');
    expect(layer).toMatchObject({
      path: 'text-encoder-2.transformer.resblocks.3.attn.in_proj.1',
      third: 1,
      isText: true,
    });
    expect(names.get('text_encoder_2.text_model.encoder.layers.3.mlp.fc1')?.path).toBe(
      'text-encoder-2.transformer.resblocks.3.mlp.c_fc',
    );
  });
});

describe('layers of Stable Diffusion 2', () => {
  it("have kohya's names without a number for their only encoder", () => {
    const names = namesOf('sd2');
    expect(names.get('lora_te_text_model_encoder_layers_0_self_attn_q_proj')?.third).toBe(0);
  });
});
