/**
 * The autoencoder on pieces of a picture, for where a whole one takes more memory than there is.
 *
 * No seams by construction: what sees all cells at once runs on the whole, the rest on pieces with a margin wider than its
 * convolutions reach, and every piece is normalised by the statistics of the whole picture. Those are gathered in a pass
 * before, piece by piece, which is the one thing that differs from decoding at once; tests state by how much.
 */
import type { CheckpointHeader } from '../checkpoint/header.ts';
import { CheckpointWeights } from '../checkpoint/weights.ts';
import { build } from '../graph/build.ts';
import type { GraphModel } from '../graph/model.ts';
import { NO_AXES, type Axes } from '../graph/ops/network.ts';
import type { Feeds, Results } from '../graph/session.ts';
import { withWrapping } from '../modules/convolution.ts';
import type { Ports } from '../modules/ports.ts';
import { readDecoderConfig, readEncoderConfig, vaePart, type PieceStatistics, type VaePart } from '../modules/vae.ts';
import { blendTiles, cutAxis, cutOut, putIn, type Stretch } from '../numeric/pieces.ts';
import { concatBatch, zeros, type Tensor } from '../numeric/tensor.ts';
import { VAE_PREFIX } from './assemble.ts';

/** One part of the autoencoder with its statistics: what gets a session of its own. */
export type VaeGraph = VaePart | `${VaePart}.given`;

/** Runs a part; whoever gives it starts and frees sessions. */
export type RunPart = (graph: VaeGraph, feeds: Feeds) => Promise<Results>;

/** Features have twice the latent's height and width, a picture four times the features'. */
const FEATURES_PER_CELL = 2;
const PIXELS_PER_FEATURE = 4;
/** The decoder's convolutions reach 6 features far, the encoder's 16 pixels. */
const DECODER_MARGIN = 8;
const ENCODER_MARGIN = 32;

/** The ends of a part's graph. @throws model_incomplete | model_unexpected naming the tensor */
export function vaePorts(graph: VaeGraph, header: CheckpointHeader): Ports {
  const [part, given] = graph.split('.') as [VaePart, string | undefined];
  const vae = new CheckpointWeights(header).scope(VAE_PREFIX, 'vae');
  const config = part.startsWith('decoder') ? readDecoderConfig(vae) : readEncoderConfig(vae);
  const statistics: PieceStatistics = given === undefined ? 'own' : 'given';
  return vaePart(vae, config, part, statistics);
}

/**
 * @param wraps along which axes the whole wraps around; pieces never do, they are cut with what lies beyond the edge
 * @throws model_incomplete | model_unexpected naming the tensor
 */
export function buildVaeGraph(graph: VaeGraph, header: CheckpointHeader, wraps: Axes = NO_AXES): GraphModel {
  const isWhole = graph.endsWith('-whole');
  const { inputs, outputs } = withWrapping(isWhole ? wraps : NO_AXES, () => vaePorts(graph, header));
  return build(`vae-${graph}`, inputs, outputs);
}

/**
 * @param latent in the autoencoder's own scale, f32 [n, 4, h, w]
 * @param tile edge of a piece in latent cells
 * @param wraps along which axes the picture continues at its opposite edge; the graphs are built with the same
 * @returns f32 [n, 3, 8h, 8w]
 */
export function decodeInPieces(run: RunPart, latent: Tensor, tile: number, wraps: Axes = NO_AXES): Promise<Tensor> {
  return eachOfBatch(latent, async (one) => {
    const features = (await run('decoder-whole', { latent: one }))['features'] as Tensor;
    const pieces = piecesOf(features, tile * FEATURES_PER_CELL, DECODER_MARGIN, 1, wraps);
    const part = 'decoder-pieces';
    const statistics = await measure(pieces, async (piece) => run(part, { features: piece }));
    const [, , height = 0, width = 0] = features.shape;
    const image = zeros([1, 3, height * PIXELS_PER_FEATURE, width * PIXELS_PER_FEATURE]);
    for (const { rows, columns, cut } of pieces) {
      const made = await run(`${part}.given`, { features: cut(), statistics });
      putIn(image, made['image'] as Tensor, rows, columns, PIXELS_PER_FEATURE);
    }
    return image;
  });
}

/**
 * @param image f32 [n, 3, 8h, 8w] in [-1, 1]
 * @param tile edge of a piece in latent cells
 * @returns moments f32 [n, 8, h, w]
 */
export function encodeInPieces(run: RunPart, image: Tensor, tile: number): Promise<Tensor> {
  return eachOfBatch(image, async (one) => {
    const most = tile * FEATURES_PER_CELL * PIXELS_PER_FEATURE;
    const pieces = piecesOf(one, most, ENCODER_MARGIN, PIXELS_PER_FEATURE);
    const part = 'encoder-pieces';
    const statistics = await measure(pieces, async (piece) => run(part, { image: piece }));
    let features: Tensor | undefined;
    for (const { rows, columns, cut } of pieces) {
      const made = (await run(`${part}.given`, { image: cut(), statistics }))['features'] as Tensor;
      const [, , height = 0, width = 0] = one.shape;
      features ??= zeros([1, made.shape[1] ?? 0, height / PIXELS_PER_FEATURE, width / PIXELS_PER_FEATURE]);
      putIn(features, made, rows, columns, 1 / PIXELS_PER_FEATURE);
    }
    return (await run('encoder-whole', { features: features as Tensor }))['moments'] as Tensor;
  });
}

interface Piece {
  readonly rows: Stretch;
  readonly columns: Stretch;
  /** The piece with its margin, made anew at each call: all of them at once would be the whole again. */
  readonly cut: () => Tensor;
}

function piecesOf(whole: Tensor, most: number, margin: number, multiple: number, wraps: Axes = NO_AXES): Piece[] {
  const [, , height = 0, width = 0] = whole.shape;
  const across = cutAxis(width, most, margin, multiple, wraps.x);
  return cutAxis(height, most, margin, multiple, wraps.y).flatMap((rows) =>
    across.map((columns) => ({ rows, columns, cut: () => cutOut(whole, rows, columns) })),
  );
}

/** Statistics of the whole from those of its pieces, by their areas. */
async function measure(pieces: readonly Piece[], run: (piece: Tensor) => Promise<Results>): Promise<Tensor> {
  let sum: Float64Array | null = null;
  let area = 0;
  let shape: readonly number[] = [];
  for (const { rows, columns, cut } of pieces) {
    const { measured } = await run(cut());
    const own = (rows.end - rows.start) * (columns.end - columns.start);
    sum ??= new Float64Array(measured?.data.length ?? 0);
    for (const [i, value] of (measured?.data ?? []).entries()) sum[i] = (sum[i] as number) + own * value;
    area += own;
    shape = measured?.shape ?? [];
  }
  return { data: Float32Array.from(sum ?? [], (value) => value / area), shape };
}

async function eachOfBatch(batch: Tensor, run: (one: Tensor) => Promise<Tensor>): Promise<Tensor> {
  const [n = 0, ...rest] = batch.shape;
  const size = batch.data.length / Math.max(1, n);
  const made: Tensor[] = [];
  for (let i = 0; i < n; i++)
    made.push(await run({ data: batch.data.subarray(i * size, (i + 1) * size), shape: [1, ...rest] }));
  return made.length === 1 ? (made[0] as Tensor) : concatBatch(made);
}

/** How diffusers tiles: squares of `size` cells that overlap, each coded as a picture of its own, blended over the overlap. */
export interface BlendedTiles {
  /** Edge of a tile, in cells of what is cut. */
  readonly size: number;
  readonly overlap: number;
  /** Cells of the result per cell of what is cut. */
  readonly scale: number;
}

/**
 * Codes a picture tile by tile as diffusers' `enable_tiling` does, seams included: for comparing with it.
 *
 * @param code from a tile [1, c, h, w] to its result
 */
export async function codeBlended(
  x: Tensor,
  { size, overlap, scale }: BlendedTiles,
  code: (tile: Tensor) => Promise<Tensor>,
): Promise<Tensor> {
  const [, , height = 0, width = 0] = x.shape;
  const step = Math.floor(size * (1 - overlap));
  const stretch = (start: number, extent: number): Stretch => ({
    from: start,
    to: start,
    start,
    end: Math.min(extent, start + size),
  });
  const starts = (extent: number): number[] => Array.from({ length: Math.ceil(extent / step) }, (_, i) => i * step);
  const rows: Tensor[][] = [];
  for (const top of starts(height)) {
    const row: Tensor[] = [];
    for (const left of starts(width)) row.push(await code(cutOut(x, stretch(top, height), stretch(left, width))));
    rows.push(row);
  }
  const made = Math.round(size * scale);
  const shared = Math.floor(made * overlap);
  return blendTiles(rows, shared, made - shared);
}
