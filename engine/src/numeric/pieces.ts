/**
 * Pictures cut into pieces and put together again. A piece is a rectangle that is kept and a margin around it that is only
 * there to be seen by convolutions; what lies beyond a picture's own edge has no margin.
 */
import { tensor, type Tensor } from './tensor.ts';

/** A stretch of one axis: [from, to) is kept, [start, end) is read. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts an axis into stretches of about equal length.
 *
 * @param most longest stretch that is kept; a multiple of `multiple`
 * @param margin cells read on either side; a multiple of `multiple`
 * @param multiple where cuts may lie
 * @param wraps the margin goes on beyond the edges, to what lies at the opposite one; otherwise there is none
 */
export function cutAxis(extent: number, most: number, margin: number, multiple = 1, wraps = false): Stretch[] {
  const count = Math.max(1, Math.ceil(extent / most));
  const edge = (index: number): number =>
    index === count ? extent : Math.round((extent * index) / count / multiple) * multiple;
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [edge(index), edge(index + 1)];
    const [start, end] = [from - margin, to + margin];
    return wraps ? { from, to, start, end } : { from, to, start: Math.max(0, start), end: Math.min(extent, end) };
  });
}

const around = (at: number, extent: number): number => ((at % extent) + extent) % extent;

/** Rows and columns of [1, c, h, w]; beyond an edge, those of the opposite one. */
export function cutOut({ data, shape }: Tensor, rows: Stretch, columns: Stretch): Tensor {
  const [, channels = 0, height = 0, width = 0] = shape;
  const [h, w] = [rows.end - rows.start, columns.end - columns.start];
  const out = new Float32Array(channels * h * w);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < h; y++) {
      const row = (c * height + around(rows.start + y, height)) * width;
      const to = (c * h + y) * w;
      if (columns.start >= 0 && columns.end <= width)
        out.set(data.subarray(row + columns.start, row + columns.end), to);
      else for (let x = 0; x < w; x++) out[to + x] = data[row + around(columns.start + x, width)] as number;
    }
  }
  return tensor(out, [1, channels, h, w]);
}

/**
 * Puts the kept part of a piece where it belongs.
 *
 * @param scale cells of `target` per cell of the stretches: 4 for pieces that came out four times as large
 */
export function putIn(target: Tensor, piece: Tensor, rows: Stretch, columns: Stretch, scale: number): void {
  const [, channels = 0, height = 0, width = 0] = target.shape;
  const [, , h = 0, w = 0] = piece.shape;
  const [top, left] = [(rows.from - rows.start) * scale, (columns.from - columns.start) * scale];
  const [keptHeight, keptWidth] = [(rows.to - rows.from) * scale, (columns.to - columns.from) * scale];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < keptHeight; y++) {
      const from = (c * h + top + y) * w + left;
      const to = (c * height + rows.from * scale + y) * width + columns.from * scale;
      target.data.set(piece.data.subarray(from, from + keptWidth), to);
    }
  }
}

/**
 * Overlapping tiles put together as diffusers does: each is blended into the one above, then into the one at its left, along
 * the whole overlap; then cut to the part that is its own.
 *
 * @param tiles rows of tiles [1, c, h, w]; the blend changes them
 * @param overlap cells that neighbours have in common
 * @param kept rows and columns that are kept of each tile
 */
export function blendTiles(tiles: readonly (readonly Tensor[])[], overlap: number, kept: number): Tensor {
  for (const [i, row] of tiles.entries()) {
    for (const [j, tile] of row.entries()) {
      const above = tiles[i - 1]?.[j];
      const left = row[j - 1];
      if (above !== undefined) blend(above, tile, overlap, 'rows');
      if (left !== undefined) blend(left, tile, overlap, 'columns');
    }
  }
  const extents = (axis: 2 | 3, along: readonly Tensor[]): number[] =>
    along.map(({ shape }) => Math.min(kept, shape[axis] as number));
  const heights = extents(
    2,
    tiles.map(([first]) => first as Tensor),
  );
  const widths = extents(3, tiles[0] ?? []);
  const channels = tiles[0]?.[0]?.shape[1] ?? 0;
  const [height, width] = [heights, widths].map((all) => all.reduce((sum, each) => sum + each, 0)) as [number, number];
  const whole = tensor(new Float32Array(channels * height * width), [1, channels, height, width]);
  let top = 0;
  for (const [i, row] of tiles.entries()) {
    let left = 0;
    for (const [j, tile] of row.entries()) {
      const stretch = (start: number, length: number): Stretch => ({
        from: start,
        to: start + length,
        start,
        end: start + length,
      });
      putIn(whole, tile, stretch(top, heights[i] as number), stretch(left, widths[j] as number), 1);
      left += widths[j] as number;
    }
    top += heights[i] as number;
  }
  return whole;
}

/** The first rows (or columns) of `into` become a mixture with the last ones of `from`, all of `from` at its edge. */
function blend(from: Tensor, into: Tensor, overlap: number, axis: 'rows' | 'columns'): void {
  const [, channels = 0, fromHeight = 0, fromWidth = 0] = from.shape;
  const [, , height = 0, width = 0] = into.shape;
  const extent = axis === 'rows' ? Math.min(fromHeight, height, overlap) : Math.min(fromWidth, width, overlap);
  const [rows, columns] = axis === 'rows' ? [extent, width] : [height, extent];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const weight = (axis === 'rows' ? y : x) / extent;
        const there =
          axis === 'rows'
            ? (c * fromHeight + fromHeight - extent + y) * fromWidth + x
            : (c * fromHeight + y) * fromWidth + fromWidth - extent + x;
        const here = (c * height + y) * width + x;
        into.data[here] = (from.data[there] as number) * (1 - weight) + (into.data[here] as number) * weight;
      }
    }
  }
}
