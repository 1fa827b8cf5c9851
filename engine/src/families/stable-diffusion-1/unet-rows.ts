/** The U-Net as a table: which blocks stand at which number of `input_blocks`, `middle_block` and `output_blocks`. */
import { BLOCKS_PER_LEVEL, LEVELS, type UnetConfig } from './config.ts';

export type Block =
  | { readonly kind: 'residual'; readonly from: number; readonly to: number }
  | { readonly kind: 'transformer'; readonly channels: number }
  | { readonly kind: 'downsample'; readonly channels: number }
  | { readonly kind: 'upsample'; readonly channels: number };

/** Blocks applied one after the other; the index in the row is the index in the file. */
export type Row = readonly Block[];

export interface UnetRows {
  /** From `input_blocks.1` on; number 0 is the convolution that takes the latent in. */
  readonly input: readonly Row[];
  readonly middle: Row;
  readonly output: readonly Row[];
}

/** The coarsest level has no attention. */
const hasAttention = (level: number): boolean => level < LEVELS - 1;

export function unetRows({ channels }: Pick<UnetConfig, 'channels'>): UnetRows {
  const widthOf = (level: number): number => channels[level] as number;
  const attention = (level: number): Row =>
    hasAttention(level) ? [{ kind: 'transformer', channels: widthOf(level) }] : [];

  const input: Row[] = [];
  const skips: number[] = [widthOf(0)];
  let width = widthOf(0);
  for (let level = 0; level < LEVELS; level++) {
    for (let block = 0; block < BLOCKS_PER_LEVEL; block++) {
      input.push([{ kind: 'residual', from: width, to: widthOf(level) }, ...attention(level)]);
      width = widthOf(level);
      skips.push(width);
    }
    if (level < LEVELS - 1) {
      input.push([{ kind: 'downsample', channels: width }]);
      skips.push(width);
    }
  }

  const middle: Row = [
    { kind: 'residual', from: width, to: width },
    { kind: 'transformer', channels: width },
    { kind: 'residual', from: width, to: width },
  ];

  const output: Row[] = [];
  for (let level = LEVELS - 1; level >= 0; level--) {
    for (let block = 0; block <= BLOCKS_PER_LEVEL; block++) {
      const from = width + (skips.pop() as number);
      width = widthOf(level);
      const up: Row = block === BLOCKS_PER_LEVEL && level > 0 ? [{ kind: 'upsample', channels: width }] : [];
      output.push([{ kind: 'residual', from, to: width }, ...attention(level), ...up]);
    }
  }
  return { input, middle, output };
}
