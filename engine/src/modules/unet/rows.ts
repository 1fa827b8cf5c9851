/** The U-Net as a table: which blocks stand at which number of `input_blocks`, `middle_block` and `output_blocks`. */
import { BLOCKS_PER_LEVEL, type UnetConfig } from './config.ts';

export type Block =
  | { readonly kind: 'residual'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'transformer';
      /** 0 = finest. */
      readonly level: number;
      readonly channels: number;
      readonly heads: number;
      readonly depth: number;
    }
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

type Topology = Pick<UnetConfig, 'channels' | 'depths' | 'middleDepth' | 'heads'>;

export function unetRows({ channels, depths, middleDepth, heads }: Topology): UnetRows {
  const last = channels.length - 1;
  const widthOf = (level: number): number => channels[level] as number;
  const transformer = (level: number, depth: number): Row =>
    depth > 0 ? [{ kind: 'transformer', level, channels: widthOf(level), heads: heads[level] as number, depth }] : [];
  const attention = (level: number): Row => transformer(level, depths[level] as number);

  const input: Row[] = [];
  const skips: number[] = [widthOf(0)];
  let width = widthOf(0);
  for (let level = 0; level <= last; level++) {
    for (let block = 0; block < BLOCKS_PER_LEVEL; block++) {
      input.push([{ kind: 'residual', from: width, to: widthOf(level) }, ...attention(level)]);
      width = widthOf(level);
      skips.push(width);
    }
    if (level < last) {
      input.push([{ kind: 'downsample', channels: width }]);
      skips.push(width);
    }
  }

  const middle: Row = [
    { kind: 'residual', from: width, to: width },
    ...transformer(last, middleDepth),
    { kind: 'residual', from: width, to: width },
  ];

  const output: Row[] = [];
  for (let level = last; level >= 0; level--) {
    for (let block = 0; block <= BLOCKS_PER_LEVEL; block++) {
      const from = width + (skips.pop() as number);
      width = widthOf(level);
      const up: Row = block === BLOCKS_PER_LEVEL && level > 0 ? [{ kind: 'upsample', channels: width }] : [];
      output.push([{ kind: 'residual', from, to: width }, ...attention(level), ...up]);
    }
  }
  return { input, middle, output };
}
