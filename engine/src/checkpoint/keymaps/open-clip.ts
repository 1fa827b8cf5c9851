/**
 * OpenCLIP's text encoder: its own names in original files, transformers' in diffusers folders. The original has
 * queries, keys and values in one matrix, and its projection the other way round.
 *
 * Source: both layouts' key lists; checked against diffusers' own conversion (../shared/oracle/ldm.py).
 */
import { below, type Keymap, type NamePair } from './keymap.ts';

const LAYER: Keymap = [
  { original: 'ln_1', diffusers: 'layer_norm1' },
  { original: 'ln_2', diffusers: 'layer_norm2' },
  { original: 'mlp.c_fc', diffusers: 'mlp.fc1' },
  { original: 'mlp.c_proj', diffusers: 'mlp.fc2' },
  { original: 'attn.out_proj', diffusers: 'self_attn.out_proj' },
  ...(['q', 'k', 'v'] as const).flatMap((letter, third): NamePair[] =>
    (['weight', 'bias'] as const).map((leaf) => ({
      original: `attn.in_proj_${leaf}`,
      diffusers: `self_attn.${letter}_proj.${leaf}`,
      form: third as 0 | 1 | 2,
    })),
  ),
];

/** Every tensor of an encoder of so many layers in both layouts. */
export function openClipKeymap(layers: number): Keymap {
  return [
    { original: 'token_embedding', diffusers: 'text_model.embeddings.token_embedding' },
    { original: 'positional_embedding', diffusers: 'text_model.embeddings.position_embedding.weight' },
    { original: 'ln_final', diffusers: 'text_model.final_layer_norm' },
    { original: 'text_projection', diffusers: 'text_projection.weight', form: 'turned' },
    ...Array.from({ length: layers }, (_, i) =>
      below(`transformer.resblocks.${i}`, `text_model.encoder.layers.${i}`, LAYER),
    ).flat(),
  ];
}
