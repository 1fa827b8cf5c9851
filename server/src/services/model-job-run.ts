/** One run of a job that makes a model file: what the engine says, as progress and as a result. It decides nothing. */
import type { FromEngine } from '@easel/shared/engine';
import type { ModelWorkProgress, ModelWorkResult } from '@easel/shared/model-work';

import type { RunListener } from '../engine-host/engine-host.ts';

/** Progress is told at most this often. */
const PROGRESS_INTERVAL_MS = 200;
/** Less than this is no measure of a disk. */
const SHORTEST_MEASURE_MS = 500;

export class ModelJobRun implements Partial<RunListener> {
  readonly #onProgress: () => void;
  #progress: ModelWorkProgress = { doneBytes: 0, totalBytes: 0, activity: 'reading', etaMs: null };
  #result: ModelWorkResult | null = null;
  #writingSinceMs: number | null = null;
  #toldAtMs = 0;
  #isClosed = false;

  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  get currentProgress(): ModelWorkProgress {
    return this.#progress;
  }

  /** null until the file is whole. */
  get result(): ModelWorkResult | null {
    return this.#result;
  }

  modelProgress({ progress }: Extract<FromEngine, { type: 'model-progress' }>): void {
    const now = performance.now();
    const isNews = progress.activity !== this.#progress.activity;
    if (progress.activity === 'writing') this.#writingSinceMs ??= now;
    this.#progress = { ...progress, etaMs: this.#remainingMs(progress, now) };
    if (this.#isClosed || (!isNews && now - this.#toldAtMs < PROGRESS_INTERVAL_MS)) return;
    this.#toldAtMs = now;
    this.#onProgress();
  }

  modelMade({ result }: Extract<FromEngine, { type: 'model-made' }>): void {
    this.#result = result;
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
  }

  #remainingMs({ doneBytes, totalBytes }: Omit<ModelWorkProgress, 'etaMs'>, now: number): number | null {
    const tookMs = this.#writingSinceMs === null ? 0 : now - this.#writingSinceMs;
    if (doneBytes === 0 || tookMs < SHORTEST_MEASURE_MS) return null;
    return Math.round((tookMs / doneBytes) * (totalBytes - doneBytes));
  }
}
