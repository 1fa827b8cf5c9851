/** A checkpoint's footprint: what its networks weigh and what their passes take, from its header. Runs nothing. */
import type { CheckpointFootprint, NetworkFootprint } from '@easel/shared/memory';

import { costsOfRuns, type Extents } from '../graph/cost.ts';
import { evaluateDim } from '../graph/dims.ts';
import { splitNetwork } from '../graph/split.ts';
import { DTYPE_BYTES } from '../graph/types.ts';
import type { Value } from '../graph/value.ts';
import type { Ports } from '../modules/ports.ts';
import { isOfText } from './lasting-session.ts';
import type { RecognisedCheckpoint } from './recognise.ts';
import { STAGE_OF } from './stages.ts';
import { vaePorts, type VaeGraph } from './vae-pieces.ts';

/** Edges of square pictures in latent cells: costs in between lie on lines. */
const EDGES = [8, 32, 64, 96, 128, 192, 256] as const;
/** Tokens a network is told: prompts in one chunk. Longer ones cost little more. */
const TOKENS = 77;

type Passes = NetworkFootprint['passes'];

/** @throws model_incomplete | model_unexpected */
export function footprintOf({
  header,
  sidecar,
  family,
  facts,
}: Omit<RecognisedCheckpoint, 'evidence'>): CheckpointFootprint {
  const { pixelsPerCell } = facts.latent;
  const networks = family.roles.map((role): NetworkFootprint => {
    const ports = family.ports(role, header, sidecar);
    const stage = STAGE_OF[role];
    return {
      role,
      stage,
      ...weightsOf(ports),
      ...(stage === 'denoise' ? { textBytes: textBytesOf(ports) } : {}),
      passes: stage === 'text' ? atOnce(ports) : bySize(ports, pixelsPerCell),
    };
  });
  const part = (graph: VaeGraph, scale: number): Passes => bySize(vaePorts(graph, header), scale);
  /** Statistics are gathered in one pass and used in another; the larger of both counts. */
  const pieces = (half: 'decoder' | 'encoder'): Passes => {
    const gathered = part(`${half}-pieces`, pixelsPerCell);
    return part(`${half}-pieces.given`, pixelsPerCell).map((pass, i) => ({
      ...pass,
      bytes: Math.max(pass.bytes, gathered[i]?.bytes ?? 0),
    }));
  };
  return {
    networks,
    pieces: {
      decode: { whole: part('decoder-whole', pixelsPerCell), piece: pieces('decoder') },
      encode: { whole: part('encoder-whole', pixelsPerCell), piece: pieces('encoder') },
    },
    pixelsPerCell,
  };
}

/** Every extent that inputs leave open; those nobody gives a number (adapters' ranks, residuals) are 1. */
function open({ inputs }: Ports, known: Extents): Extents {
  const names = Object.values(inputs).flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string'));
  return { ...Object.fromEntries(names.map((name) => [name, 1])), ...known };
}

function atOnce(ports: Ports): Passes {
  const [cost] = costsOfRuns(Object.values(ports.outputs), [open(ports, { t: TOKENS })]);
  return [{ cells: 0, flops: cost?.flops ?? 0, bytes: cost?.peakBytes ?? 0 }];
}

/** Inputs name their axes by what they see: `h` and `w` cells, `H` and `W` pixels; features have two cells for one. */
function bySize(ports: Ports, pixelsPerCell: number): Passes {
  const { inputs, outputs } = ports;
  const perCell = Object.hasOwn(inputs, 'features') ? 2 : 1;
  const sizes = EDGES.map((edge): Extents => {
    const [cells, pixels] = [edge * perCell, edge * pixelsPerCell];
    return open(ports, { t: TOKENS, h: cells, w: cells, H: pixels, W: pixels });
  });
  return costsOfRuns(Object.values(outputs), sizes).map(({ flops, peakBytes }, i) => ({
    cells: (EDGES[i] as number) ** 2,
    flops,
    bytes: peakBytes,
  }));
}

/** What a network makes of one text and keeps while it is told the same. */
function textBytesOf(ports: Ports): number {
  const kept = Object.values(splitNetwork(ports, isOfText)?.lasting.outputs ?? {});
  const extents = open(ports, { t: TOKENS });
  const elements = ({ shape }: Value): number => shape.reduce<number>((all, dim) => all * evaluateDim(dim, extents), 1);
  return kept.reduce((sum, value) => sum + elements(value) * DTYPE_BYTES[value.dtype], 0);
}

/** Numbers and bytes of all weights that the outputs read, each once. */
function weightsOf({ outputs }: Ports): { weights: number; fileBytes: number } {
  const seen = new Set<unknown>();
  const pending: Value[] = Object.values(outputs);
  const places = new Map<string, { bytes: number; weights: number }>();
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const { source } = value;
    if (source.kind === 'weight') {
      const { name, byteLength } = source;
      places.set(name, { bytes: byteLength, weights: byteLength / DTYPE_BYTES[value.dtype] });
    }
    if (source.kind !== 'node' || seen.has(source)) continue;
    seen.add(source);
    for (const each of source.inputs) if (each !== null) pending.push(each);
  }
  let [weights, fileBytes] = [0, 0];
  for (const place of places.values()) {
    weights += place.weights;
    fileBytes += place.bytes;
  }
  return { weights, fileBytes };
}
