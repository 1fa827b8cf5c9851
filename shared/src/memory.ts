/**
 * What making a picture takes, before it is made: memory and time from a checkpoint's footprint, and the plan that makes
 * it fit. Pure arithmetic, the same for the server that refuses, the engine that runs and the page that shows it.
 *
 * A footprint is read off the file's header: the engine builds each network's graph and walks it without running it.
 * What graphs do not tell (speed, the runtime's own needs) is a calibration, measured by running.
 */
import { z } from 'zod';

import type { Fallback } from './picture-notes.ts';

/** What one pass of a network takes at one size. */
const passCost = z.object({
  /** Latent cells of the picture, or of the piece. */
  cells: z.number(),
  flops: z.number(),
  /** Most bytes of activations alive at once. */
  bytes: z.number(),
});

/** What a network is in the way of a picture. Stages follow one another; only one is at work at a time. */
export const STAGES = ['text', 'denoise', 'encode', 'decode'] as const;
export type Stage = (typeof STAGES)[number];

const networkFootprint = z.object({
  role: z.string(),
  stage: z.enum(STAGES),
  /** How many numbers its weights are. */
  weights: z.number(),
  /** Bytes of them in the file. */
  fileBytes: z.number(),
  /** Bytes of what it makes of one text and keeps in the fast form; none when absent. */
  textBytes: z.number().optional(),
  /** At several sizes, ascending. */
  passes: z.array(passCost).min(1),
});
export type NetworkFootprint = z.infer<typeof networkFootprint>;

export const checkpointFootprint = z.object({
  networks: z.array(networkFootprint),
  /** The autoencoder on pieces of a picture: what runs on the whole, and what on each piece. */
  pieces: z.object({
    decode: z.object({ whole: z.array(passCost).min(1), piece: z.array(passCost).min(1) }),
    encode: z.object({ whole: z.array(passCost).min(1), piece: z.array(passCost).min(1) }),
  }),
  pixelsPerCell: z.number(),
});
export type CheckpointFootprint = z.infer<typeof checkpointFootprint>;

/** How a job holds and runs its networks. */
export const memoryPlan = z.object({
  /**
   * Weights are mapped from the file and converted as they are used. `fast`: what a pass needed is kept for the next.
   * `low`: it is given back at once.
   */
  weights: z.enum(['fast', 'low']),
  /** Whether a network is freed before the next one starts. */
  isOffloading: z.boolean(),
  /** Edge in latent cells of the pieces the autoencoder works on; null = whole pictures. */
  pieceCells: z.number().nullable(),
});
export type MemoryPlan = z.infer<typeof memoryPlan>;

/** What running has taught about a machine. Kept by the server, refined by every job. */
export const calibration = z.object({
  /** Operations per second, by stage; absent until it has been measured. */
  flopsPerSecond: z.partialRecord(z.enum(STAGES), z.number().positive()),
  /** Measured peak over estimated peak of whole jobs, 1 where nothing was measured; never counts below 1. */
  memoryFactor: z.number().positive(),
});
export type Calibration = z.infer<typeof calibration>;

/** Two ordinary cores; replaced by the first measurement. */
const FLOPS_PER_SECOND_UNKNOWN = 1e11;
export const NO_CALIBRATION: Calibration = { flopsPerSecond: {}, memoryFactor: 1 };

const MEGABYTE = 2 ** 20;
/** The engine process before it has opened anything; measured. */
const PROCESS_BYTES = 150 * MEGABYTE;
/** Graph, thread pools and allocator of one session; measured on an empty and on a full U-Net. */
const SESSION_BYTES = 16 * MEGABYTE;
/**
 * Weights on their way through kernels, converted or packed: a part for any network and bytes for each of its numbers.
 * Measured: 490 to 670 MB with the 860 million of SD 1.5, 1140 MB with the 2.6 thousand million of SDXL.
 */
const WAITING_BYTES = [380 * MEGABYTE, 0.33] as const;
/**
 * Activations beyond those that the graph keeps alive: the runtime takes over fewer buffers than it could, and the fast form's
 * allocator grows by doubling. Low: measured on SDXL's decoder at 512 and 1024 px, the same at both. Fast: on SD 1.5's U-Net.
 */
const SPARE = { low: 1.6, fast: 2.5 } as const;
/** The decoded picture: as float32 twice, as bytes once, and on its way to the server. */
const BYTES_PER_PIXEL = 2 * 12 + 2 * 3;
/** Cells beside a piece that are only there to be seen, on either side. */
const PIECE_MARGIN = 4;
/** Edges of pieces that are tried, largest first: the larger, the nearer to decoding at once. */
const PIECE_CELLS = [96, 64, 48] as const;
/** Margins are most of so small a piece: only where nothing else helps. */
const SMALL_PIECE_CELLS = [32, 16] as const;

/** What a job does, as far as it matters here. */
export interface Work {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** Passes of the U-Net for one picture: steps, times the predictions guidance asks for, times those of a sampler that looks twice. */
  readonly passes: number;
  /** Passes of a text encoder for the whole job. */
  readonly prompts: number;
  /** Whether it begins with a picture. */
  readonly isEncoding: boolean;
}

export interface Estimate {
  /** Peak of the process, pages mapped from the model's file included. */
  readonly peakBytes: number;
  /** The part of it that the system cannot take back: without those pages. */
  readonly heldBytes: number;
  readonly durationMs: number;
  /** Whether speed has been measured on this machine. */
  readonly isMeasured: boolean;
}

type PassCost = z.infer<typeof passCost>;

/** Between sizes in a straight line; beyond the largest in proportion. Costs grow faster than that, so it errs upwards between. */
export function costAt(passes: readonly PassCost[], cells: number): PassCost {
  const [first] = passes as [PassCost];
  const last = passes.at(-1) as PassCost;
  if (cells <= first.cells) return { ...first, cells };
  const above = passes.find((each) => each.cells >= cells);
  if (above === undefined) {
    const ratio = cells / last.cells;
    return { cells, flops: last.flops * ratio ** 1.2, bytes: last.bytes * ratio };
  }
  const below = passes[passes.indexOf(above) - 1] as PassCost;
  const part = (cells - below.cells) / (above.cells - below.cells);
  const mix = (key: 'flops' | 'bytes'): number => below[key] + part * (above[key] - below[key]);
  return { cells, flops: mix('flops'), bytes: mix('bytes') };
}

interface Pass {
  readonly network: NetworkFootprint;
  readonly bytes: number;
  /** For the whole job. */
  readonly flops: number;
}

function passesOf({ networks, pieces, pixelsPerCell }: CheckpointFootprint, work: Work, plan: MemoryPlan): Pass[] {
  const cells = (work.width * work.height) / pixelsPerCell ** 2;
  return networks
    .filter(({ stage }) => stage !== 'encode' || work.isEncoding)
    .map((network): Pass => {
      const { stage } = network;
      if (stage === 'text') {
        const { bytes, flops } = costAt(network.passes, 0);
        return { network, bytes, flops: flops * work.prompts };
      }
      if (stage === 'denoise') {
        const { bytes, flops } = costAt(network.passes, cells);
        return { network, bytes, flops: flops * work.passes * work.count };
      }
      if (plan.pieceCells === null) {
        const { bytes, flops } = costAt(network.passes, cells);
        return { network, bytes, flops: flops * (stage === 'decode' ? work.count : 1) };
      }
      const { whole, piece } = pieces[stage];
      const edge = plan.pieceCells + 2 * PIECE_MARGIN;
      const each = costAt(piece, edge ** 2);
      const atOnce = costAt(whole, cells);
      // Twice: statistics are gathered before anything is coded.
      const count = 2 * Math.ceil(cells / plan.pieceCells ** 2);
      const flops = atOnce.flops + count * each.flops;
      return {
        network,
        bytes: Math.max(atOnce.bytes, each.bytes),
        flops: flops * (stage === 'decode' ? work.count : 1),
      };
    });
}

/** What the work takes under a plan. */
export function estimate(footprint: CheckpointFootprint, work: Work, plan: MemoryPlan, known: Calibration): Estimate {
  const passes = passesOf(footprint, work, plan);
  const isLow = plan.weights === 'low';
  const mapped = ({ network }: Pass): number => network.fileBytes;
  const waiting = (network: NetworkFootprint): number =>
    Math.min(network.weights * 4, WAITING_BYTES[0] + WAITING_BYTES[1] * network.weights);
  const kept = ({ textBytes = 0 }: NetworkFootprint): number => (isLow ? 0 : textBytes * work.prompts);
  const running = ({ network, bytes }: Pass): number => SPARE[plan.weights] * bytes + waiting(network) + kept(network);
  const total = (of: (pass: Pass) => number): number => passes.reduce((sum, pass) => sum + of(pass), 0);
  const most = (of: (pass: Pass) => number): number => Math.max(0, ...passes.map(of));

  // Kept by each session for itself in the fast form; in the low form only the one that runs has any.
  const isKeeping = !isLow && !plan.isOffloading;
  const fixed = PROCESS_BYTES + work.width * work.height * BYTES_PER_PIXEL;
  const factor = Math.max(1, known.memoryFactor);
  const sessions = SESSION_BYTES * (plan.isOffloading ? 1 : passes.length);
  const heldBytes = sessions + (isKeeping ? total(running) : most(running));
  const peakBytes = plan.isOffloading
    ? sessions + most((pass) => mapped(pass) + running(pass))
    : heldBytes + total(mapped);

  const measured = Object.values(known.flopsPerSecond);
  const guess = measured.length === 0 ? FLOPS_PER_SECOND_UNKNOWN : Math.min(...measured);
  const seconds = passes.reduce(
    (sum, { network, flops }) => sum + flops / (known.flopsPerSecond[network.stage] ?? guess),
    0,
  );
  return {
    peakBytes: Math.round(fixed + factor * peakBytes),
    heldBytes: Math.round(fixed + factor * heldBytes),
    durationMs: Math.round(seconds * 1000),
    isMeasured: known.flopsPerSecond.denoise !== undefined,
  };
}

export interface Planned {
  readonly plan: MemoryPlan;
  readonly estimate: Estimate;
  readonly fallbacks: readonly Fallback[];
}

const ROOMY: MemoryPlan = { weights: 'fast', isOffloading: false, pieceCells: null };

/**
 * The first plan that fits, with the fallbacks tried in the order of {@link FALLBACKS}: pieces of the picture while that is
 * enough, then weights as they lie in the file, then one network at a time, each with no more pieces than it needs. Guidance always runs one side after the other: that costs no time here.
 *
 * @param budgetBytes most that the engine process may take
 * @returns null where nothing makes it fit
 */
export function planMemory(
  footprint: CheckpointFootprint,
  work: Work,
  budgetBytes: number,
  known: Calibration,
): Planned | null {
  const cells = Math.max(work.width, work.height) / footprint.pixelsPerCell;
  const piecesOf = (edges: readonly number[]): (number | null)[] => [null, ...edges.filter((edge) => edge < cells)];
  const usual = piecesOf(PIECE_CELLS);
  const all = piecesOf([...PIECE_CELLS, ...SMALL_PIECE_CELLS]);
  const plans: MemoryPlan[] = [
    ...usual.map((pieceCells): MemoryPlan => ({ weights: 'fast', isOffloading: false, pieceCells })),
    ...usual.map((pieceCells): MemoryPlan => ({ weights: 'low', isOffloading: false, pieceCells })),
    ...all.map((pieceCells): MemoryPlan => ({ weights: 'low', isOffloading: true, pieceCells })),
  ];
  const fitting = plans.find((plan) => estimate(footprint, work, plan, known).peakBytes <= budgetBytes);
  if (fitting !== undefined) return planned(footprint, work, fitting, known, false);
  // Pages of the file that do not fit are read again in every pass: slow, but it works.
  const paging = plans.find(
    (plan) => plan.isOffloading && estimate(footprint, work, plan, known).heldBytes <= budgetBytes,
  );
  return paging === undefined ? null : planned(footprint, work, paging, known, true);
}

function planned(
  footprint: CheckpointFootprint,
  work: Work,
  plan: MemoryPlan,
  known: Calibration,
  isPaging: boolean,
): Planned {
  return {
    plan,
    estimate: estimate(footprint, work, plan, known),
    fallbacks: [
      ...(plan.pieceCells === null ? [] : (['vae-pieces'] as const)),
      ...(plan.weights === 'low' ? (['low-memory-weights'] as const) : []),
      ...(plan.isOffloading ? (['component-offload'] as const) : []),
      ...(isPaging ? (['paged-weights'] as const) : []),
    ],
  };
}

/** The least that the work can be done with. */
export function leastBytes(footprint: CheckpointFootprint, work: Work, known: Calibration): number {
  const pieceCells = SMALL_PIECE_CELLS.at(-1) as number;
  const bytes = [null, pieceCells].map(
    (edge) => estimate(footprint, work, { weights: 'low', isOffloading: true, pieceCells: edge }, known).heldBytes,
  );
  return Math.min(...bytes);
}

/** The largest picture of the same shape that fits, in steps of 64 pixels along its longer side; null = not even a small one. */
export function largestThatFits(
  footprint: CheckpointFootprint,
  work: Work,
  budgetBytes: number,
  known: Calibration,
): { width: number; height: number } | null {
  const longer = Math.max(work.width, work.height);
  const { pixelsPerCell } = footprint;
  for (let side = Math.floor((longer - 1) / 64) * 64; side >= 64; side -= 64) {
    const along = (extent: number): number =>
      Math.max(64, Math.round((extent * side) / longer / pixelsPerCell) * pixelsPerCell);
    const size = { width: along(work.width), height: along(work.height) };
    if (planMemory(footprint, { ...work, ...size }, budgetBytes, known) !== null) return size;
  }
  return null;
}

/** What a finished job measured. */
export interface Measured {
  /** Milliseconds and operations by stage. */
  readonly stages: Readonly<Partial<Record<Stage, { readonly ms: number; readonly flops: number }>>>;
  /** Most bytes the process held without pages of files, over what was estimated; null where it was not measured. */
  readonly memoryFactor: number | null;
}

/** How much a new measurement counts against what was known. */
const NEW_SHARE = 0.3;

/** The calibration after a job: speeds follow, memory only ever learns to be careful. */
export function learn(known: Calibration, { stages, memoryFactor }: Measured): Calibration {
  const flopsPerSecond = { ...known.flopsPerSecond };
  for (const stage of STAGES) {
    const measured = stages[stage];
    if (measured === undefined || !(measured.ms > 0) || !(measured.flops > 0)) continue;
    const speed = (measured.flops * 1000) / measured.ms;
    const before = flopsPerSecond[stage];
    flopsPerSecond[stage] = before === undefined ? speed : before + NEW_SHARE * (speed - before);
  }
  const factor = memoryFactor === null ? known.memoryFactor : Math.min(2, Math.max(known.memoryFactor, memoryFactor));
  return { flopsPerSecond, memoryFactor: factor };
}

/** The plan of a job nobody planned. */
export const DEFAULT_PLAN = ROOMY;
