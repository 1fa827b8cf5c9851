/** How near coding in pieces comes to coding at once; the numbers in docs/guides/memory.md come from here. */
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PLAIN } from '../../src/families/network-options.ts';
import { openPipeline } from '../../src/families/pipeline.ts';
import { recogniseCheckpoint, type RecognisedCheckpoint } from '../../src/families/recognise.ts';
import { readTuning } from '../../src/families/tuning.ts';
import type { Pipeline } from '../../src/families/types.ts';
import {
  buildVaeGraph,
  codeBlended,
  decodeInPieces,
  encodeInPieces,
  type RunPart,
} from '../../src/families/vae-pieces.ts';
import type { Session } from '../../src/graph/session.ts';
import { scale, type Tensor } from '../../src/numeric/tensor.ts';
import { startSession } from '../../src/runtime/session.ts';

const DEMO = join(import.meta.dirname, '../../../models/checkpoints/easel-demo.safetensors');
const CELLS = 24;
const TILE = 8;
/** Larger than any picture: everything in one piece. */
const ONE_PIECE = 1000;

interface Difference {
  readonly worst: number;
  readonly mean: number;
}

function difference(a: Tensor, b: Tensor): Difference {
  expect(a.shape).toEqual(b.shape);
  let [worst, sum] = [0, 0];
  for (const [i, value] of a.data.entries()) {
    const each = Math.abs(value - (b.data[i] as number));
    worst = Math.max(worst, each);
    sum += each;
  }
  return { worst, mean: sum / a.data.length };
}

/** Hills of colour, [-1, 1]: pieces of it differ in their statistics, as those of pictures do. */
function landscape(size: number): Tensor {
  const data = new Float32Array(3 * size * size);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        data[(c * size + y) * size + x] = 0.8 * Math.sin((x * (c + 1)) / 29 + y / 47) + 0.2 * Math.sin(x * y);
  return { data, shape: [1, 3, size, size] };
}

describe('the autoencoder on pieces of a picture', () => {
  let checkpoint: RecognisedCheckpoint;
  let pipeline: Pipeline;
  let image: Tensor;
  let mean: Tensor;
  let whole: Tensor;
  const sessions = new Map<string, Session>();
  const run: RunPart = async (graph, feeds) => {
    const session = sessions.get(graph) ?? (await startSession(buildVaeGraph(graph, checkpoint.header), 'low'));
    sessions.set(graph, session);
    return session.run(feeds);
  };
  beforeAll(async () => {
    checkpoint = await recogniseCheckpoint(DEMO);
    pipeline = openPipeline(checkpoint, { startSession });
    image = landscape(CELLS * 8);
    const factor = 1 / pipeline.facts.latent.scale;
    const latents = await pipeline.encodeImage(image);
    whole = await pipeline.decodeLatent(latents.mean);
    mean = scale(latents.mean, factor);
  });
  afterAll(async () => {
    for (const session of sessions.values()) await session.release();
    await pipeline.release();
  });

  it('decodes one piece as the whole', async () => {
    expect(difference(await decodeInPieces(run, mean, ONE_PIECE), whole).worst).toBeLessThan(1e-4);
  });

  it('decodes pieces nearly as the whole, and far nearer than tiles that are blended', async () => {
    const pieces = difference(await decodeInPieces(run, mean, TILE), whole);
    const blended = difference(
      await codeBlended(mean, { size: TILE, overlap: 0.25, scale: 8 }, async (tile) =>
        pipeline.decodeLatent(scale(tile, pipeline.facts.latent.scale)),
      ),
      whole,
    );
    // In shades of 255: one shade is 2 / 255.
    expect(pieces.worst * 127.5).toBeLessThan(12);
    expect(pieces.mean * 127.5).toBeLessThan(3);
    expect(pieces.worst).toBeLessThan(blended.worst / 2);
  });

  it('shows no edge where pieces meet', async () => {
    const { data } = await decodeInPieces(run, mean, TILE);
    const size = CELLS * 8;
    const off = (i: number): number => (data[i] as number) - (whole.data[i] as number);
    // How much the difference to the whole changes from one column to the next: at cuts as elsewhere.
    const jump = (column: number): number => {
      let sum = 0;
      for (let row = 0; row < 3 * size; row++) sum += Math.abs(off(row * size + column) - off(row * size + column - 1));
      return sum / (3 * size);
    };
    const columns = Array.from({ length: size - 1 }, (_, i) => i + 1);
    const usual = columns.map(jump).reduce((sum, each) => sum + each, 0) / columns.length;
    for (const cut of [TILE * 8, 2 * TILE * 8]) expect(jump(cut)).toBeLessThan(3 * usual);
  });

  it('decodes pieces of a picture that wraps around nearly as the whole of it, the seam closed', async () => {
    const axes = { x: true, y: false };
    const own = new Map<string, Session>();
    const wrapping: RunPart = async (graph, feeds) => {
      const session = own.get(graph) ?? (await startSession(buildVaeGraph(graph, checkpoint.header, axes), 'low'));
      own.set(graph, session);
      return session.run(feeds);
    };
    await pipeline.configure(readTuning({ tiling: 'x' }).networks);
    try {
      const latent = scale(mean, pipeline.facts.latent.scale);
      const atOnce = await pipeline.decodeLatent(latent);
      const pieces = difference(await decodeInPieces(wrapping, mean, TILE, axes), atOnce);
      expect(pieces.worst * 127.5).toBeLessThan(12);
      expect(pieces.mean * 127.5).toBeLessThan(3);
      // Without the other edge in sight, the first and last columns are far off.
      expect(difference(await decodeInPieces(run, mean, TILE), atOnce).worst).toBeGreaterThan(2 * pieces.worst);
    } finally {
      for (const session of own.values()) await session.release();
      await pipeline.configure(PLAIN);
    }
  });

  it('encodes one piece as the whole and pieces nearly so', async () => {
    const meanOf = (moments: Tensor): Tensor => ({
      data: moments.data.subarray(0, mean.data.length),
      shape: mean.shape,
    });
    expect(difference(meanOf(await encodeInPieces(run, image, ONE_PIECE)), mean).worst).toBeLessThan(2e-3);
    const pieces = difference(meanOf(await encodeInPieces(run, image, TILE)), mean);
    const spread = Math.sqrt(mean.data.reduce((sum, value) => sum + value * value, 0) / mean.data.length);
    expect(pieces.mean / spread).toBeLessThan(0.03);
  });
});
