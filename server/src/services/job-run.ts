/**
 * One run of one job: engine messages become progress, previews and saved pictures. It decides nothing about the job's
 * state but the end that a saved picture brings with it; job-queue.ts does the rest.
 *
 * "Done means saved": a picture is on disk before its row is written, and the row before anybody hears of it.
 */
import { randomUUID } from 'node:crypto';

import type { FromEngine, JobMeasurement } from '@easel/shared/engine';
import type { GenerationParameters } from '@easel/shared/generation';
import type { JobProgress } from '@easel/shared/http/jobs';
import type { PictureNote } from '@easel/shared/picture-notes';
import { toStudioError, type StudioError } from '@easel/shared/errors';

import type { RunListener } from '../engine-host/engine-host.ts';
import type { JobRecord } from '../store/job-records.ts';
import type { NamedNetwork, PictureFiles, PictureToSave, SavedPicture, UsedNetwork } from './picture.ts';
import { parametersOfDrawn } from './prompt-drawing.ts';
import { PreviewEncoder, type EncodedPreview } from './preview-encoder.ts';
import { StepClock } from './step-clock.ts';

type ImageMessage = Extract<FromEngine, { type: 'image' }>;

export interface JobRunOptions {
  job: JobRecord & { parameters: GenerationParameters };
  /** Places in the job that have no picture yet. */
  missing: readonly number[];
  modelName: string;
  /** The model's SHA-256, waiting for it while it is computed. */
  modelSha256(): Promise<string | null>;
  /** The LoRA and embeddings that a picture's prompts name, and what the server itself has to say of it. */
  namedIn(imageIndex: number): { networks: readonly NamedNetwork[]; notes: readonly PictureNote[] };
  /** 12 digits of one of them, waiting for them while they are computed. */
  networkHash(id: string): Promise<string | null>;
  pictures: PictureFiles;
  isWatched(): boolean;
  /** Progress changed; at most every {@link PROGRESS_INTERVAL_MS}. */
  onProgress(): void;
  onPreview(preview: EncodedPreview, steps: number): void;
  /** The picture is on disk: write its row. */
  record(picture: PictureToSave, saved: SavedPicture): Promise<void>;
  /** What the job has taken. */
  onMeasured(measured: JobMeasurement): void;
  /** A picture could not be saved: there is no use in making more. */
  onSaveFailed(error: StudioError): void;
}

const PROGRESS_INTERVAL_MS = 100;
/** Pauses before a save is tried again: a full or absent disk may be helped within this time. */
const SAVE_RETRY_MS = [300, 1000, 3000];
/** A picture does not wait for ever for the hash of its model. */
const HASH_WAIT_MS = 20_000;

const sleep = async (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries again while the storage refuses; every other error is final. */
const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (const pause of SAVE_RETRY_MS) {
    try {
      return await work();
    } catch (thrown) {
      if (toStudioError(thrown).code !== 'storage_unavailable') throw thrown;
      await sleep(pause);
    }
  }
  return work();
};

const within = async <T>(milliseconds: number, promise: Promise<T>): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

export class JobRun implements Partial<RunListener> {
  readonly #options: JobRunOptions;
  readonly #clock: StepClock;
  readonly #previews: PreviewEncoder;
  readonly #missing: Set<number>;
  #progress: JobProgress;
  #saving: Promise<void> = Promise.resolve();
  #saveError: StudioError | null = null;
  #progressTimer: NodeJS.Timeout | null = null;
  #toldAt = 0;
  #isClosed = false;

  constructor(options: JobRunOptions) {
    const { parameters } = options.job;
    this.#options = options;
    this.#missing = new Set(options.missing);
    this.#clock = new StepClock(parameters.steps);
    this.#previews = new PreviewEncoder(parameters.width, parameters.height, (preview) =>
      options.onPreview(preview, parameters.steps),
    );
    this.#progress = {
      step: 0,
      steps: parameters.steps,
      image: options.missing[0] ?? 0,
      count: parameters.count,
      activity: 'loading',
      etaMs: null,
    };
  }

  get currentProgress(): JobProgress {
    return this.#progress;
  }

  async latestPreview(): Promise<EncodedPreview | null> {
    return this.#previews.latest();
  }

  progress(message: Extract<FromEngine, { type: 'progress' }>): void {
    if (message.activity !== 'decoding') this.#clock.step(message.imageIndex, message.step, performance.now());
    this.#show({
      ...this.#progress,
      step: message.step,
      steps: message.steps,
      image: message.imageIndex,
      activity: message.activity,
      etaMs: this.#clock.remainingMs(message.step, this.#missing.size),
    });
  }

  preview(message: Extract<FromEngine, { type: 'preview' }>): void {
    this.#previews.offer(message, this.#options.isWatched());
  }

  image(message: ImageMessage): void {
    if (this.#isClosed) return;
    this.#clock.image(message.imageIndex, performance.now());
    this.#missing.delete(message.imageIndex);
    if (this.#missing.size === 0) this.#show({ ...this.#progress, activity: 'saving', etaMs: 0 });
    // One after the other, in the order of the job; the engine goes on meanwhile.
    this.#saving = this.#saving.then(async () => this.#save(message));
  }

  measured({ measured }: Extract<FromEngine, { type: 'measured' }>): void {
    this.#options.onMeasured(measured);
  }

  /** Waits for the pictures that are being saved. @throws the error of the first that could not be */
  async settle(): Promise<void> {
    await this.#saving;
    this.close();
    if (this.#saveError !== null) throw this.#saveError;
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
    this.#previews.close();
    if (this.#progressTimer !== null) clearTimeout(this.#progressTimer);
  }

  async #save(message: ImageMessage): Promise<void> {
    if (this.#saveError !== null) return;
    const { job, pictures, record } = this.#options;
    const { networks, notes } = this.#options.namedIn(message.imageIndex);
    const picture: PictureToSave = {
      imageId: randomUUID(),
      jobId: job.id,
      imageIndex: message.imageIndex,
      width: message.width,
      height: message.height,
      rgb: message.rgb,
      parameters: parametersOfDrawn(job.parameters, job.drawn, message.imageIndex),
      modelName: this.#options.modelName,
      modelSha256: await within(HASH_WAIT_MS, this.#options.modelSha256()),
      networks: await this.#usedNetworks(networks),
      notes: [...(message.notes ?? []), ...notes],
      createdAt: new Date().toISOString(),
    };
    try {
      const saved = await patiently(async () => pictures.save(picture));
      await patiently(async () => record(picture, saved));
    } catch (thrown) {
      this.#saveError = toStudioError(thrown);
      this.#options.onSaveFailed(this.#saveError);
    }
  }

  async #usedNetworks(networks: readonly NamedNetwork[]): Promise<UsedNetwork[]> {
    const { networkHash } = this.#options;
    return Promise.all(
      networks.map(async (network) => ({ ...network, hash: await within(HASH_WAIT_MS, networkHash(network.id)) })),
    );
  }

  #show(progress: JobProgress): void {
    this.#progress = progress;
    if (this.#progressTimer !== null || this.#isClosed) return;
    const wait = Math.max(0, this.#toldAt + PROGRESS_INTERVAL_MS - Date.now());
    if (wait === 0) this.#tell();
    else this.#progressTimer = setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    this.#progressTimer = null;
    this.#toldAt = Date.now();
    if (!this.#isClosed) this.#options.onProgress();
  }
}
