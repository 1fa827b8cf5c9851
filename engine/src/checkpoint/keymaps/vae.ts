/**
 * The autoencoder: the same blocks under other names, the way up counted from the other end, and attention whose
 * matrices the original writes as 1x1 convolutions.
 *
 * Source: both layouts' key lists; checked against diffusers' own conversion (../shared/oracle/ldm.py).
 */
import { below, countOf, type Keymap, type NamePair } from './keymap.ts';

const HALVES = ['encoder', 'decoder'] as const;
/** More residual blocks than any level of the line has; a pair that no tensor uses does no harm. */
const MOST_BLOCKS = 4;

const ATTENTION: Keymap = [
  { original: 'norm', diffusers: 'group_norm' },
  { original: 'q', diffusers: 'to_q', form: 'kernel' },
  { original: 'k', diffusers: 'to_k', form: 'kernel' },
  { original: 'v', diffusers: 'to_v', form: 'kernel' },
  { original: 'proj_out', diffusers: 'to_out.0', form: 'kernel' },
];

/** Names that diffusers had for the same before 0.17; read, and never written. */
export const OLD_ATTENTION: Keymap = HALVES.flatMap((half) =>
  below(`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`, [
    { original: 'q', diffusers: 'query', form: 'kernel' },
    { original: 'k', diffusers: 'key', form: 'kernel' },
    { original: 'v', diffusers: 'value', form: 'kernel' },
    { original: 'proj_out', diffusers: 'proj_attn', form: 'kernel' },
  ]),
);

const SAME = ['quant_conv', 'post_quant_conv', ...HALVES.flatMap((half) => [`${half}.conv_in`, `${half}.conv_out`])];

/** Every module of an autoencoder of so many levels in both layouts. */
export function vaeKeymap(levels: number): Keymap {
  const pairs: NamePair[] = SAME.map((name) => ({ original: name, diffusers: name }));
  for (const half of HALVES) {
    pairs.push(
      { original: `${half}.norm_out`, diffusers: `${half}.conv_norm_out` },
      { original: `${half}.mid.block_1`, diffusers: `${half}.mid_block.resnets.0` },
      { original: `${half}.mid.block_2`, diffusers: `${half}.mid_block.resnets.1` },
      ...below(`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`, ATTENTION),
    );
  }
  for (let level = 0; level < levels; level++) {
    const up = levels - 1 - level;
    pairs.push(
      { original: `encoder.down.${level}.downsample`, diffusers: `encoder.down_blocks.${level}.downsamplers.0` },
      { original: `decoder.up.${level}.upsample`, diffusers: `decoder.up_blocks.${up}.upsamplers.0` },
      ...residuals(`encoder.down.${level}.block`, `encoder.down_blocks.${level}.resnets`),
      ...residuals(`decoder.up.${level}.block`, `decoder.up_blocks.${up}.resnets`),
    );
  }
  return pairs;
}

function residuals(original: string, diffusers: string): NamePair[] {
  return Array.from({ length: MOST_BLOCKS }, (_, block): NamePair[] => [
    { original: `${original}.${block}`, diffusers: `${diffusers}.${block}` },
    { original: `${original}.${block}.nin_shortcut`, diffusers: `${diffusers}.${block}.conv_shortcut` },
  ]).flat();
}

/** Levels of an autoencoder in the original layout. */
export const vaeLevelsOfOriginal = (names: readonly string[]): number =>
  Math.max(countOf(names, 'encoder.down.'), countOf(names, 'decoder.up.'));

/** Levels of an autoencoder in diffusers' layout. */
export const vaeLevelsOfDiffusers = (names: readonly string[]): number =>
  Math.max(countOf(names, 'encoder.down_blocks.'), countOf(names, 'decoder.up_blocks.'));
