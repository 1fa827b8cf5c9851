import { describe, expect, it } from 'vitest';

import type { CheckpointHeader } from '../checkpoint/header.ts';
import { adapterOf } from './adapter-file.ts';
import { describeAdapter } from './describe-adapter.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const header = (shapes: Shapes, metadata: Readonly<Record<string, string>> = {}): CheckpointHeader => ({
  file: '/models/loras/x.safetensors',
  fileBytes: 0,
  modifiedMs: 0,
  metadata: new Map(Object.entries(metadata)),
  tensors: new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { name, dtype: 'F16', shape, offset: 0, byteLength: 0 }]),
  ),
});
const told = (shapes: Shapes, metadata?: Readonly<Record<string, string>>): ReturnType<typeof describeAdapter> =>
  describeAdapter(adapterOf(header(shapes, metadata)));

const BLOCK = 'lora_unet_down_blocks_1_attentions_0_transformer_blocks_0';
const lora = (stem: string, rank: number, to: number, from: number): Shapes => ({
  [`${stem}.lora_down.weight`]: [rank, from],
  [`${stem}.lora_up.weight`]: [to, rank],
  [`${stem}.alpha`]: [],
});

describe('a LoRA that widens the first layer', () => {
  const low = lora(`${BLOCK}_attn2_to_k`, 8, 320, 768);
  const first = (stem: string, channels: number): Shapes => ({
    [`${stem}.lora_down.weight`]: [64, channels, 3, 3],
    [`${stem}.lora_up.weight`]: [320, 64, 1, 1],
    [`${stem}.alpha`]: [],
  });

  it.each(['lora_unet_conv_in', 'lora_unet_input_blocks_0_0', 'diffusion_model.input_blocks.0.0', 'unet.conv_in'])(
    'says how many channels it takes, and the rank of the other layers: %s',
    (stem) => {
      const described = told({ ...low, ...first(stem, 9), [`${stem}.reshape_weight`]: [4] });
      expect(described).toMatchObject({ inputChannels: 9, ranks: { least: 8, most: 8 }, base: 'sd1' });
    },
  );

  it('is one by its mark alone', () => {
    expect(told({ ...low, ...first('lora_unet_conv_in', 4) })).not.toHaveProperty('inputChannels');
    const other = `${BLOCK}_attn2_to_k.reshape_weight`;
    expect(told({ ...low, [other]: [2] })).not.toHaveProperty('inputChannels');
  });
});

describe('the base of a LoRA', () => {
  it.each([
    [768, 'sd1'],
    [1024, 'sd2'],
    [2048, 'sdxl'],
  ])('is told by cross attention of width %i', (width, base) => {
    expect(told(lora(`${BLOCK}_attn2_to_k`, 8, 320, width))).toMatchObject({
      base,
      contextWidth: width,
      evidence: `its cross attention reads text of width ${width}`,
      kind: 'lora',
      ranks: { least: 8, most: 8 },
      parts: ['unet'],
    });
  });

  it('is told by shapes, whatever the metadata say', () => {
    expect(told(lora(`${BLOCK}_attn2_to_v`, 8, 320, 2048), { ss_base_model_version: 'sd_v1' }).base).toBe('sdxl');
  });

  it('is told by metadata where no shape shows it', () => {
    const self = lora(`${BLOCK}_attn1_to_q`, 4, 64, 64);
    expect(told(self).base).toBeNull();
    expect(told(self, { ss_base_model_version: 'sdxl_base_v1-0' })).toMatchObject({
      base: 'sdxl',
      evidence: 'ss_base_model_version says sdxl_base_v1-0',
    });
    expect(told(self, { 'modelspec.architecture': 'stable-diffusion-v2-768-v/lora' }).base).toBe('sd2');
  });

  it('is SDXL where a second text encoder is changed, or attention is that deep', () => {
    expect(told(lora('lora_te2_text_model_encoder_layers_0_self_attn_q_proj', 4, 1280, 1280))).toMatchObject({
      base: 'sdxl',
      textWidths: [1280],
      parts: ['text-encoder-2'],
    });
    expect(told(lora('lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_q', 4, 1280, 1280)).base).toBe('sdxl');
  });

  it('is told of LoHa and LoKr by their products', () => {
    const stem = `${BLOCK}_attn2_to_k`;
    const loha = {
      [`${stem}.hada_w1_a`]: [320, 4],
      [`${stem}.hada_w1_b`]: [4, 768],
      [`${stem}.hada_w2_a`]: [320, 4],
      [`${stem}.hada_w2_b`]: [4, 768],
    };
    expect(told(loha)).toMatchObject({ kind: 'loha', base: 'sd1', ranks: { least: 4, most: 4 } });
    const lokr = { [`${stem}.lokr_w1`]: [8, 16], [`${stem}.lokr_w2_a`]: [40, 4], [`${stem}.lokr_w2_b`]: [4, 48] };
    expect(told(lokr)).toMatchObject({ kind: 'lokr', base: 'sd1', ranks: { least: 4, most: 4 } });
  });
});

describe('a file of an adapter', () => {
  it('has its kind, its parts in the order of the networks, and trigger words from its metadata', () => {
    const text = lora('lora_te_text_model_encoder_layers_0_mlp_fc1', 4, 3072, 768);
    const kernel = {
      'lora_unet_conv_in.lora_down.weight': [16, 4, 3, 3],
      'lora_unet_conv_in.lora_up.weight': [320, 16, 1, 1],
    };
    expect(
      told({ ...text, ...kernel }, { 'modelspec.trigger_phrase': 'riso print, ink', sshs_model_hash: 'A'.repeat(64) }),
    ).toMatchObject({
      kind: 'locon',
      base: 'sd1',
      parts: ['text-encoder', 'unet'],
      ranks: { least: 4, most: 16 },
      triggerWords: ['riso print', 'ink'],
      statedHash: 'a'.repeat(64),
    });
    expect(told({ ...kernel, 'lora_unet_conv_in.dora_scale': [320, 1, 1, 1] }).kind).toBe('dora');
  });

  it('with nothing that is known is refused, and so is one for another line', () => {
    const refusal = (shapes: Shapes, metadata?: Readonly<Record<string, string>>): unknown => {
      try {
        return told(shapes, metadata);
      } catch (thrown) {
        return (thrown as { code: string }).code;
      }
    };
    expect(refusal({ 'model.diffusion_model.input_blocks.0.0.weight': [320, 4, 3, 3] })).toBe('model_incompatible');
    expect(refusal(lora('elsewhere', 4, 8, 8))).toBe('model_incompatible');
    expect(refusal(lora('lora_unet_double_blocks_0_img_attn_proj', 4, 8, 8))).toBe('model_unsupported');
    expect(refusal(lora(`${BLOCK}_attn1_to_q`, 4, 8, 8), { 'modelspec.architecture': 'flux-1-dev/lora' })).toBe(
      'model_unsupported',
    );
  });
});
