/**
 * The U-Net of the Stable Diffusion line: diffusers counts blocks within levels, the original counts them through.
 *
 * Source: both layouts' key lists; checked against diffusers' own conversion (../shared/oracle/ldm.py).
 */
import { below, countOf, type Keymap, type NamePair } from './keymap.ts';

/** What decides where the blocks stand. */
export interface UnetTopology {
  readonly levels: number;
  /** Residual blocks per level on the way down; one more on the way up. */
  readonly blocks: number;
  /** Whether a level has transformers, finest first. */
  readonly attention: readonly boolean[];
}

const RESIDUAL: Keymap = [
  { original: 'in_layers.0', diffusers: 'norm1' },
  { original: 'in_layers.2', diffusers: 'conv1' },
  { original: 'emb_layers.1', diffusers: 'time_emb_proj' },
  { original: 'out_layers.0', diffusers: 'norm2' },
  { original: 'out_layers.3', diffusers: 'conv2' },
  { original: 'skip_connection', diffusers: 'conv_shortcut' },
];

const OUTER: Keymap = [
  { original: 'input_blocks.0.0', diffusers: 'conv_in' },
  { original: 'out.0', diffusers: 'conv_norm_out' },
  { original: 'out.2', diffusers: 'conv_out' },
  { original: 'time_embed.0', diffusers: 'time_embedding.linear_1' },
  { original: 'time_embed.2', diffusers: 'time_embedding.linear_2' },
  // No original file has this one; it is what single files of LCMs call it.
  { original: 'time_embed.cond_proj', diffusers: 'time_embedding.cond_proj' },
  { original: 'label_emb.0.0', diffusers: 'add_embedding.linear_1' },
  { original: 'label_emb.0.2', diffusers: 'add_embedding.linear_2' },
];

const MIDDLE: Keymap = [
  ...below('middle_block.0', 'mid_block.resnets.0', RESIDUAL),
  { original: 'middle_block.1', diffusers: 'mid_block.attentions.0' },
  ...below('middle_block.2', 'mid_block.resnets.1', RESIDUAL),
];

/** Every module of a U-Net in both layouts. */
export function unetKeymap({ levels, blocks, attention }: UnetTopology): Keymap {
  const pairs: NamePair[] = [...OUTER, ...MIDDLE];
  for (let level = 0; level < levels; level++) {
    const hasAttention = attention[level] === true;
    // A level ends with a step to the next one, which counts as a block.
    const first = 1 + level * (blocks + 1);
    for (let block = 0; block < blocks; block++) {
      const [original, diffusers] = [`input_blocks.${first + block}`, `down_blocks.${level}`];
      pairs.push(...below(`${original}.0`, `${diffusers}.resnets.${block}`, RESIDUAL));
      if (hasAttention) pairs.push({ original: `${original}.1`, diffusers: `${diffusers}.attentions.${block}` });
    }
    pairs.push({
      original: `input_blocks.${first + blocks}.0.op`,
      diffusers: `down_blocks.${level}.downsamplers.0.conv`,
    });

    const up = levels - 1 - level;
    for (let block = 0; block <= blocks; block++) {
      const [original, diffusers] = [`output_blocks.${up * (blocks + 1) + block}`, `up_blocks.${up}`];
      pairs.push(...below(`${original}.0`, `${diffusers}.resnets.${block}`, RESIDUAL));
      if (hasAttention) pairs.push({ original: `${original}.1`, diffusers: `${diffusers}.attentions.${block}` });
    }
    const last = `output_blocks.${up * (blocks + 1) + blocks}`;
    pairs.push({ original: `${last}.${hasAttention ? 2 : 1}`, diffusers: `up_blocks.${up}.upsamplers.0` });
  }
  return pairs;
}

/** Where the blocks stand, from the names of a U-Net in diffusers' layout. */
export function topologyOfDiffusers(names: readonly string[]): UnetTopology {
  const levels = countOf(names, 'down_blocks.');
  return {
    levels,
    blocks: countOf(names, 'down_blocks.0.resnets.'),
    attention: Array.from({ length: levels }, (_, level) => countOf(names, `down_blocks.${level}.attentions.`) > 0),
  };
}

/** Where the blocks stand, from the names of a U-Net in the original layout, without their prefix. */
export function topologyOfOriginal(names: readonly string[]): UnetTopology {
  const known = new Set(names);
  const attention: boolean[] = [false];
  let blocks = 0;
  for (let block = 1; block < countOf(names, 'input_blocks.'); block++) {
    if (known.has(`input_blocks.${block}.0.op.weight`)) {
      attention.push(false);
      continue;
    }
    if (attention.length === 1) blocks++;
    if (known.has(`input_blocks.${block}.1.proj_in.weight`)) attention[attention.length - 1] = true;
  }
  return { levels: attention.length, blocks, attention };
}
