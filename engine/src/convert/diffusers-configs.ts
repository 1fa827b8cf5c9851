/**
 * The JSON files that make a diffusers folder of networks: what each is built like, read off its tensors, and what the
 * family is run with. Numbers that no tensor shows come from the family's facts.
 *
 * Source: the config.json files that diffusers and transformers write, and the constructors that read them.
 */
import type { Component } from '../checkpoint/diffusers-layout.ts';
import { countOf } from '../checkpoint/keymaps/keymap.ts';
import { readHeads } from '../families/metadata.ts';
import type { RecognisedCheckpoint } from '../families/recognise.ts';
import type { Tensors } from './source.ts';
import type { Networks } from './to-diffusers.ts';

type Json = Readonly<Record<string, unknown>>;

/** Of the layout written here; diffusers reads folders of older versions. */
const DIFFUSERS_VERSION = '0.30.0';
const HEAD_SIZE = 64;
/** Heads in every U-Net of the first line, whatever its widths. */
const FIRST_LINE_HEADS = 8;
const PIXELS_PER_CELL = 8;
const NUMBER_WIDTH = 256;

interface Pipeline {
  readonly class: string;
  readonly more?: Json;
}
const WITHOUT_CHECKER = {
  safety_checker: [null, null],
  feature_extractor: [null, null],
  requires_safety_checker: false,
};
const ZEROS = { force_zeros_for_empty_prompt: true };

/** What diffusers runs a family with. */
const PIPELINES: Readonly<Record<string, Pipeline>> = {
  'stable-diffusion-1': { class: 'StableDiffusionPipeline', more: WITHOUT_CHECKER },
  'stable-diffusion-1-inpaint': { class: 'StableDiffusionInpaintPipeline', more: WITHOUT_CHECKER },
  'instruct-pix2pix': { class: 'StableDiffusionInstructPix2PixPipeline', more: WITHOUT_CHECKER },
  'stable-diffusion-2': { class: 'StableDiffusionPipeline', more: WITHOUT_CHECKER },
  'stable-diffusion-xl': { class: 'StableDiffusionXLPipeline', more: ZEROS },
  'stable-diffusion-xl-inpaint': { class: 'StableDiffusionXLInpaintPipeline', more: ZEROS },
  'stable-diffusion-xl-refiner': {
    class: 'StableDiffusionXLImg2ImgPipeline',
    more: {
      text_encoder: [null, null],
      tokenizer: [null, null],
      requires_aesthetics_score: true,
      force_zeros_for_empty_prompt: false,
    },
  },
};

/** Whether diffusers has a pipeline for a family. */
export const hasPipeline = (family: string): boolean => Object.hasOwn(PIPELINES, family);

const extent = (tensors: Tensors, name: string, axis: number): number => tensors.get(name)?.shape[axis] ?? 0;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * Contents by path below the folder: model_index.json, and one config for each network and the scheduler.
 *
 * @param own configs of the folder it once was, which win: they may say what nothing else shows
 */
export function diffusersConfigs(
  { family, facts, header, sidecar }: RecognisedCheckpoint,
  networks: Networks,
  own: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
): Map<string, Json> {
  const size = Math.min(facts.defaults.width, facts.defaults.height);
  const isFirstLine = ['stable-diffusion-1', 'stable-diffusion-1-inpaint', 'instruct-pix2pix'].includes(family.id);
  const heads = readHeads(header, sidecar);
  const makers: Record<Component, (tensors: Tensors) => Json> = {
    unet: (tensors) =>
      unetConfig(tensors, {
        heads: isFirstLine ? (heads.unet ?? FIRST_LINE_HEADS) : null,
        size,
        isUpcast: family.id === 'stable-diffusion-2',
      }),
    vae: (tensors) => vaeConfig(tensors, { size, scale: facts.latent.scale }),
    text_encoder: (tensors) =>
      textConfig(tensors, {
        class: 'CLIPTextModel',
        activation: family.id === 'stable-diffusion-2' ? 'gelu' : 'quick_gelu',
        heads: isFirstLine ? heads.text : null,
      }),
    text_encoder_2: (tensors) =>
      textConfig(tensors, { class: 'CLIPTextModelWithProjection', activation: 'gelu', heads: null }),
  };
  const kept = (name: string, made: () => Json): Json => {
    const known = own.get(name);
    return known === undefined ? made() : Object.fromEntries(known);
  };
  const scheduler = kept('scheduler', () => schedulerConfig(family.id, facts));
  const files = new Map<string, Json>();
  files.set(
    'model_index.json',
    kept('model_index', () => indexOf(family.id, networks, String(scheduler['_class_name']))),
  );
  for (const [component, tensors] of networks)
    files.set(
      `${component}/config.json`,
      kept(component, () => makers[component](tensors)),
    );
  files.set('scheduler/scheduler_config.json', scheduler);
  return files;
}

function indexOf(family: string, networks: Networks, scheduler: string): Json {
  const { class: name, more } = PIPELINES[family] as Pipeline;
  const parts: Record<string, unknown> = {
    _class_name: name,
    _diffusers_version: DIFFUSERS_VERSION,
    ...more,
    scheduler: ['diffusers', scheduler],
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
  };
  for (const [encoder, tokenizer, model] of [
    ['text_encoder', 'tokenizer', 'CLIPTextModel'],
    ['text_encoder_2', 'tokenizer_2', 'CLIPTextModelWithProjection'],
  ] as const) {
    if (!networks.has(encoder)) continue;
    parts[encoder] = ['transformers', model];
    parts[tokenizer] = ['transformers', 'CLIPTokenizer'];
  }
  return parts;
}

function unetConfig(tensors: Tensors, more: { heads: number | null; size: number; isUpcast: boolean }): Json {
  const names = [...tensors.keys()];
  const levels = range(countOf(names, 'down_blocks.'));
  const channels = levels.map((i) => extent(tensors, `down_blocks.${i}.resnets.0.conv1.weight`, 0));
  const depthBelow = (block: string): number => countOf(names, `${block}.attentions.0.transformer_blocks.`);
  const depths = levels.map((i) => depthBelow(`down_blocks.${i}`));
  const middle = depthBelow('mid_block');
  // The last entry is also the middle's depth, whether the last level has transformers or not.
  const listed = depths.map((depth, i) => (i === depths.length - 1 ? middle : Math.max(depth, 1)));
  const isDown = (i: number): string => ((depths[i] ?? 0) > 0 ? 'CrossAttnDownBlock2D' : 'DownBlock2D');
  const isUp = (i: number): string => ((depths[i] ?? 0) > 0 ? 'CrossAttnUpBlock2D' : 'UpBlock2D');
  const told = extent(tensors, 'add_embedding.linear_1.weight', 1);
  const guidance = extent(tensors, 'time_embedding.cond_proj.weight', 1);
  const isMatrix = (tensors.get('mid_block.attentions.0.proj_in.weight')?.shape.length ?? 4) === 2;
  return {
    _class_name: 'UNet2DConditionModel',
    _diffusers_version: DIFFUSERS_VERSION,
    sample_size: more.size / PIXELS_PER_CELL,
    in_channels: extent(tensors, 'conv_in.weight', 1),
    out_channels: extent(tensors, 'conv_out.weight', 0),
    block_out_channels: channels,
    layers_per_block: countOf(names, 'down_blocks.0.resnets.'),
    cross_attention_dim: extent(tensors, 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight', 1),
    // By an old misnomer of diffusers' this is the number of heads.
    attention_head_dim: more.heads ?? channels.map((width) => Math.max(1, Math.floor(width / HEAD_SIZE))),
    ...(listed.some((depth) => depth !== 1) ? { transformer_layers_per_block: listed } : {}),
    ...(isMatrix ? { use_linear_projection: true } : {}),
    ...(more.isUpcast ? { upcast_attention: true } : {}),
    down_block_types: levels.map(isDown),
    up_block_types: levels.toReversed().map(isUp),
    ...(told === 0
      ? {}
      : {
          addition_embed_type: 'text_time',
          addition_time_embed_dim: NUMBER_WIDTH,
          projection_class_embeddings_input_dim: told,
        }),
    ...(guidance === 0 ? {} : { time_cond_proj_dim: guidance }),
  };
}

function vaeConfig(tensors: Tensors, { size, scale }: { size: number; scale: number }): Json {
  const names = [...tensors.keys()];
  const levels = range(countOf(names, 'encoder.down_blocks.'));
  return {
    _class_name: 'AutoencoderKL',
    _diffusers_version: DIFFUSERS_VERSION,
    in_channels: extent(tensors, 'encoder.conv_in.weight', 1),
    out_channels: extent(tensors, 'decoder.conv_out.weight', 0),
    latent_channels: extent(tensors, 'post_quant_conv.weight', 1),
    block_out_channels: levels.map((i) => extent(tensors, `encoder.down_blocks.${i}.resnets.0.conv1.weight`, 0)),
    layers_per_block: countOf(names, 'encoder.down_blocks.0.resnets.'),
    sample_size: size,
    scaling_factor: scale,
    down_block_types: levels.map(() => 'DownEncoderBlock2D'),
    up_block_types: levels.map(() => 'UpDecoderBlock2D'),
  };
}

function textConfig(tensors: Tensors, more: { class: string; activation: string; heads: number | null }): Json {
  const names = [...tensors.keys()];
  const tokens = 'text_model.embeddings.token_embedding.weight';
  const width = extent(tensors, tokens, 1);
  return {
    architectures: [more.class],
    model_type: 'clip_text_model',
    vocab_size: extent(tensors, tokens, 0),
    hidden_size: width,
    intermediate_size: extent(tensors, 'text_model.encoder.layers.0.mlp.fc1.weight', 0),
    num_hidden_layers: countOf(names, 'text_model.encoder.layers.'),
    num_attention_heads: more.heads ?? Math.max(1, width / HEAD_SIZE),
    max_position_embeddings: extent(tensors, 'text_model.embeddings.position_embedding.weight', 0),
    hidden_act: more.activation,
    layer_norm_eps: 1e-5,
    projection_dim: extent(tensors, 'text_projection.weight', 0) || width,
    bos_token_id: 0,
    eos_token_id: 2,
    pad_token_id: 1,
  };
}

/** The published models' own; one that ends in pure noise needs a scheduler that can begin there. */
function schedulerConfig(family: string, { prediction, zeroTerminalSnr }: RecognisedCheckpoint['facts']): Json {
  const shared = {
    _diffusers_version: DIFFUSERS_VERSION,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    num_train_timesteps: 1000,
    prediction_type: prediction === 'v' ? 'v_prediction' : 'epsilon',
    steps_offset: 1,
  };
  if (zeroTerminalSnr) {
    return {
      _class_name: 'DDIMScheduler',
      ...shared,
      clip_sample: false,
      set_alpha_to_one: false,
      rescale_betas_zero_snr: true,
      timestep_spacing: 'trailing',
    };
  }
  return family.startsWith('stable-diffusion-xl')
    ? { _class_name: 'EulerDiscreteScheduler', ...shared, timestep_spacing: 'leading', interpolation_type: 'linear' }
    : { _class_name: 'PNDMScheduler', ...shared, skip_prk_steps: true, set_alpha_to_one: false, clip_sample: false };
}
