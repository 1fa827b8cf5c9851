/**
 * What a request takes on this machine, how it is made to fit, and what is refused because nothing makes it fit. The
 * arithmetic is shared/src/memory.ts; here are the machine, its budget, and what its jobs have taught.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

import type { Catalogue } from '@easel/shared/catalogue';
import type { JobMeasurement, JobMemory } from '@easel/shared/engine';
import { RequestError } from '@easel/shared/errors';
import type { GenerationParameters } from '@easel/shared/generation';
import type { EstimateView } from '@easel/shared/http/estimate';
import { isNeutral } from '@easel/shared/options/values';
import {
  calibration as calibrationSchema,
  costAt,
  estimate,
  largestThatFits,
  learn,
  leastBytes,
  NO_CALIBRATION,
  planMemory,
  STAGES,
  type Calibration,
  type CheckpointFootprint,
  type Stage,
  type Work,
} from '@easel/shared/memory';

import type { Store } from '../store/database.ts';

const KEY = 'memory-calibration';
const GIBIBYTE = 2 ** 30;
/** What is left is for the server, the page and everything else on the machine. */
const ENGINE_SHARE = 0.75;

/** Most the engine takes when nobody says: three quarters of the memory that this process may use. */
export function defaultMemoryBudget(): number {
  return Math.max(GIBIBYTE, Math.floor(ENGINE_SHARE * Math.min(totalmem(), containerLimit())));
}

/** Infinity outside of a container, or in one without a limit. */
function containerLimit(): number {
  try {
    const limit = Number(readFileSync('/sys/fs/cgroup/memory.max', 'utf8').trim());
    return limit > 0 ? limit : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

const inGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The checkpoints a job opens: the model's, and the refiner's where there is one. */
export type JobFootprints = readonly [CheckpointFootprint | null, ...(CheckpointFootprint | null)[]];

export class MemoryPlanner {
  readonly #store: Store;
  #calibration: Calibration = NO_CALIBRATION;

  /** @param budgetBytes most the engine process may take */
  constructor(
    store: Store,
    readonly budgetBytes: number,
  ) {
    this.#store = store;
  }

  /** Takes up what earlier jobs have taught. */
  async load(): Promise<void> {
    const row = await this.#store.selectFrom('meta').select('value').where('key', '=', KEY).executeTakeFirst();
    if (row !== undefined) this.#calibration = calibrationSchema.catch(NO_CALIBRATION).parse(JSON.parse(row.value));
  }

  /**
   * How a job is to be run; undefined where a file has not been looked at closely, and the engine sees for itself.
   * @throws would_not_fit with what it needs, what there is and the largest size that fits
   */
  plan(footprints: JobFootprints, parameters: GenerationParameters, catalogue: Catalogue): JobMemory | undefined {
    const footprint = together(footprints);
    if (footprint === null) return undefined;
    const work = workOf(parameters, catalogue);
    const planned = planMemory(footprint, work, this.budgetBytes, this.#calibration);
    if (planned === null) throw this.#refusal(footprint, work);
    return { plan: planned.plan, fallbacks: [...planned.fallbacks], peakBytes: planned.estimate.peakBytes };
  }

  /** The same as a view, where a refusal is only a fact. Null where a file has not been looked at closely. */
  estimate(footprints: JobFootprints, parameters: GenerationParameters, catalogue: Catalogue): EstimateView | null {
    const footprint = together(footprints);
    if (footprint === null) return null;
    const work = workOf(parameters, catalogue);
    const planned = planMemory(footprint, work, this.budgetBytes, this.#calibration);
    const haveBytes = this.budgetBytes;
    if (planned === null) {
      return {
        fits: false,
        needBytes: leastBytes(footprint, work, this.#calibration),
        haveBytes,
        durationMs: null,
        isMeasured: this.#isMeasured,
        fallbacks: [],
        largest: largestThatFits(footprint, work, this.budgetBytes, this.#calibration),
      };
    }
    const { peakBytes, durationMs } = planned.estimate;
    return {
      fits: true,
      needBytes: peakBytes,
      haveBytes,
      durationMs,
      isMeasured: this.#isMeasured,
      fallbacks: [...planned.fallbacks],
      largest: null,
    };
  }

  /** Refines speeds and memory by a job that has ended. */
  async learn(
    footprints: JobFootprints,
    parameters: GenerationParameters,
    catalogue: Catalogue,
    { stages, peakBytes }: JobMeasurement,
    memory: JobMemory | undefined,
  ): Promise<void> {
    const footprint = together(footprints);
    if (footprint === null || memory === undefined) return;
    const work = workOf(parameters, catalogue);
    const cells = (work.width * work.height) / footprint.pixelsPerCell ** 2;
    const flopsOf = (stage: Stage): number =>
      average(
        footprint.networks
          .filter((network) => network.stage === stage)
          .map(({ passes }) => costAt(passes, stage === 'text' ? 0 : cells).flops),
      );
    const measured: Partial<Record<Stage, { ms: number; flops: number }>> = {};
    for (const stage of STAGES) {
      const taken = stages[stage];
      // Pieces are other passes than those of the whole.
      const isWhole = memory.plan.pieceCells === null || stage === 'denoise';
      if (taken !== undefined && isWhole) measured[stage] = { ms: taken.ms, flops: flopsOf(stage) * taken.runs };
    }
    const expected = estimate(footprint, work, memory.plan, NO_CALIBRATION).peakBytes;
    this.#calibration = learn(this.#calibration, {
      stages: measured,
      memoryFactor: peakBytes === null ? null : peakBytes / expected,
    });
    const value = JSON.stringify(this.#calibration);
    await this.#store
      .insertInto('meta')
      .values({ key: KEY, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }

  get #isMeasured(): boolean {
    return this.#calibration.flopsPerSecond.denoise !== undefined;
  }

  #refusal(footprint: CheckpointFootprint, work: Work): RequestError {
    const need = leastBytes(footprint, work, this.#calibration);
    const largest = largestThatFits(footprint, work, this.budgetBytes, this.#calibration);
    const asked = `${work.width} × ${work.height}`;
    return new RequestError(
      'would_not_fit',
      `A picture of ${asked} needs about ${inGigabytes(need)} of memory with this model; ${inGigabytes(this.budgetBytes)} may be used.`,
      {
        field: 'width',
        limit: { needBytes: need, haveBytes: this.budgetBytes, largest },
        got: { width: work.width, height: work.height },
        hint:
          largest === null
            ? 'No size fits with this model: choose a smaller one, or raise --memory-budget if the machine has more.'
            : `The largest of this shape that fits is ${largest.width} × ${largest.height}. --memory-budget raises the limit.`,
      },
    );
  }
}

const average = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** All networks as of one checkpoint; null where one of them is not known. */
function together([first, ...others]: JobFootprints): CheckpointFootprint | null {
  if (first === null) return null;
  const networks = [...first.networks];
  for (const other of others) {
    if (other === null) return null;
    // A second model paints; pictures are coded by one autoencoder.
    networks.push(...other.networks.filter(({ stage }) => stage === 'text' || stage === 'denoise'));
  }
  return { ...first, networks };
}

/** What a request does, as far as memory and time go. */
function workOf(parameters: GenerationParameters, catalogue: Catalogue): Work {
  const { width, height, count, steps, guidance, sampler } = parameters;
  const evaluations = catalogue.samplers.find(({ id }) => id === sampler)?.evaluationsPerStep ?? 1;
  const sides = guidance === 1 ? 1 : 2;
  // Perturbed attention asks once more for the prompt.
  const asked = sides + (isNeutral(parameters, 'pagScale') ? 0 : 1);
  return { width, height, count, passes: steps * evaluations * asked, prompts: sides, isEncoding: false };
}
