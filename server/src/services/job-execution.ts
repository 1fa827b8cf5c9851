/**
 * How one job is carried out: what the engine is told, and what becomes of its pictures or of the file it makes. The queue
 * decides when, and what happens after; see job-queue.ts.
 */
import type { JobMeasurement } from '@easel/shared/engine';
import { toStudioError, type EngineLostError, type StudioError, type WireError } from '@easel/shared/errors';
import type { GenerationParameters } from '@easel/shared/generation';
import { makesPictures, type JobView } from '@easel/shared/http/jobs';
import type { ModelWorkParameters } from '@easel/shared/model-work';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { Store } from '../store/database.ts';
import type { JobRecord, JobRecords } from '../store/job-records.ts';
import type { Events } from './events.ts';
import { toImageRow, toImageSummary } from './image-row.ts';
import { JobRun } from './job-run.ts';
import { ModelJobRun } from './model-job-run.ts';
import type { ModelLibrary } from './model-library.ts';
import type { ModelWork } from './model-work.ts';
import type { Failpoint, PictureFiles, PictureToSave, SavedPicture } from './picture.ts';
import type { PictureWork, PlannedPictures } from './picture-work.ts';
import type { RememberedPrompts } from './prompt-history.ts';
import { groupByTexts } from './prompt-drawing.ts';

/** Starts a job gets: the engine, or the server with it, may die at it once. */
export const MOST_ATTEMPTS = 2;

export interface JobQueueOptions {
  store: Store;
  engine: EngineHost;
  models: ModelLibrary;
  work: ModelWork;
  pictures: PictureFiles;
  pictureWork: PictureWork;
  promptHistory: RememberedPrompts;
  events: Events;
  failpoint: Failpoint;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** A job that is not over. */
export interface ActiveJob extends JobRecord {
  /** Ids of its pictures by their place. */
  images: Map<number, string>;
  run: JobRun | ModelJobRun | null;
}

export type PictureJob = ActiveJob & { parameters: GenerationParameters };
type ModelJob = ActiveJob & { parameters: ModelWorkParameters };

export const isPictureJob = (job: ActiveJob): job is PictureJob => makesPictures(job.parameters);
const isModelJob = (job: ActiveJob): job is ModelJob => !makesPictures(job.parameters);

/** What becomes of jobs, as the queue keeps it. */
interface JobDesk {
  /** Whether nobody has ended it yet. */
  isOpen(job: ActiveJob): boolean;
  view(job: ActiveJob): JobView;
  finish(job: ActiveJob, result: JobRecord['result']): Promise<void>;
  /** The database says so already. */
  finished(job: ActiveJob, endedAt: string): void;
  fail(job: ActiveJob, error: WireError): Promise<void>;
  /** The engine is done with it, and it has not ended. @param thrown null = and nothing was wrong */
  stopped(job: ActiveJob, thrown: StudioError | null): Promise<void>;
}

export class JobExecution {
  readonly #options: JobQueueOptions;
  readonly #records: JobRecords;
  readonly #desk: JobDesk;

  constructor(options: JobQueueOptions, records: JobRecords, desk: JobDesk) {
    this.#options = options;
    this.#records = records;
    this.#desk = desk;
  }

  /** @throws when the database does not take what has happened */
  async carryOut(job: ActiveJob): Promise<void> {
    if (isPictureJob(job)) await this.#runPictures(job);
    else if (isModelJob(job)) await this.#runModelWork(job);
  }

  async #runPictures(job: PictureJob): Promise<void> {
    job.images =
      (await this.#records.imagesOf([job.id], { withDeleted: true })).get(job.id) ?? new Map<number, string>();
    const missing = Array.from({ length: job.parameters.count }, (_, index) => index).filter(
      (index) => !job.images.has(index),
    );
    if (missing.length === 0) {
      await this.#desk.finish(job, null);
      return;
    }
    if (job.attempt > MOST_ATTEMPTS) {
      await this.#desk.fail(job, crashedTwice());
      return;
    }

    // One work of the engine for each text that is told: mostly one.
    const works: PlannedPictures[] = [];
    try {
      for (const group of groupByTexts(job.parameters, job.drawn, missing)) {
        works.push(await this.#options.pictureWork.plan(job.id, group.parameters, group.imageIndexes));
      }
    } catch (refusal) {
      await this.#desk.fail(job, toStudioError(refusal).toWire());
      return;
    }
    // Cancelled meanwhile: the engine has not heard of it yet and never will.
    const [first] = works;
    if (!this.#desk.isOpen(job) || first === undefined) return;

    let current = first;
    const learnFrom = (measured: JobMeasurement): void => {
      void current.learn(measured).catch((error: unknown) => {
        this.#options.log('warn', `What job ${job.id} has taught could not be kept: ${toStudioError(error).message}`);
      });
    };
    const run = this.#createRun(job, works, missing, learnFrom);
    job.run = run;
    this.#options.events.publish('job:started', { job: this.#desk.view(job) });
    let thrown: StudioError | null = null;
    try {
      for (const work of works) {
        // Cancelled between two of them, when the engine has nothing to cancel.
        if (!this.#desk.isOpen(job)) break;
        current = work;
        await this.#options.engine.run(work.job, run);
      }
    } catch (error) {
      thrown = toStudioError(error);
    }
    try {
      await run.settle();
    } catch (error) {
      thrown = toStudioError(error);
    }
    // The last picture, or somebody who cancelled, has ended it already.
    if (this.#desk.isOpen(job)) await this.#desk.stopped(job, thrown);
  }

  async #runModelWork(job: ModelJob): Promise<void> {
    const { engine, events, models, work } = this.#options;
    if (job.attempt > MOST_ATTEMPTS) {
      await this.#desk.fail(job, crashedTwice());
      return;
    }
    const run = new ModelJobRun(() => {
      if (this.#desk.isOpen(job)) events.publish('job:progress', { job: this.#desk.view(job) });
    });
    job.run = run;
    let thrown: StudioError | null = null;
    try {
      const planned = await work.plan(job.id, job.parameters);
      // Cancelled meanwhile: the engine has not heard of it yet and never will.
      if (!this.#desk.isOpen(job)) return;
      events.publish('job:started', { job: this.#desk.view(job) });
      await engine.run(planned, run);
    } catch (error) {
      thrown = toStudioError(error);
    }
    // The file has its name, whatever happened after that.
    if (run.result !== null) {
      void models.rescan();
      await this.#desk.finish(job, run.result);
    } else if (this.#desk.isOpen(job)) await this.#desk.stopped(job, thrown);
  }

  #createRun(
    job: PictureJob,
    works: readonly PlannedPictures[],
    missing: readonly number[],
    onMeasured: (measured: JobMeasurement) => void,
  ): JobRun {
    const { engine, events, models, pictures } = this.#options;
    const { model } = works[0] as PlannedPictures;
    return new JobRun({
      job,
      missing,
      modelName: model.view.name,
      modelSha256: async () => models.sha256(model.view.id),
      namedIn: (imageIndex) => {
        const work = works.find(({ job: { imageIndexes } }) => imageIndexes.includes(imageIndex));
        return { networks: work?.networks ?? [], notes: work?.hasSkipped === true ? ['embedding-skipped'] : [] };
      },
      networkHash: async (id) => models.networkHash(id),
      pictures,
      isWatched: () => events.hasPreviewListeners,
      onProgress: () => {
        if (this.#desk.isOpen(job)) events.publish('job:progress', { job: this.#desk.view(job) });
      },
      onPreview: ({ imageIndex, step, mime, bytes }, steps) => {
        events.publishPreview({ jobId: job.id, imageIndex, step, steps, mime, bytes: new Uint8Array(bytes).buffer });
      },
      record: async (picture, saved) => this.#record(job, picture, saved),
      onMeasured,
      onSaveFailed: () => engine.cancel(job.id),
    });
  }

  /** The row of the picture and, with the last one, the job's end: one transaction, and only then anybody hears of it. */
  async #record(job: PictureJob, picture: PictureToSave, saved: SavedPicture): Promise<void> {
    const { store, events, failpoint } = this.#options;
    const isLast = job.images.size + 1 === job.parameters.count;
    const endedAt = now();
    failpoint('before-commit');
    const isDone = await store.transaction().execute(async (transaction) => {
      await transaction.insertInto('images').values(toImageRow(picture, saved)).execute();
      return isLast && (await this.#records.change(job.id, ['running'], 'done', { endedAt }, transaction));
    });
    failpoint('after-commit');
    job.images.set(picture.imageIndex, picture.imageId);
    const row = { ...toImageRow(picture, saved), is_missing: 0 };
    events.publish('image:created', { image: toImageSummary(row) });
    if (isDone) this.#desk.finished(job, endedAt);
  }
}

const now = (): string => new Date().toISOString();

export const crashedTwice = (cause?: EngineLostError): WireError => ({
  code: 'crashed_twice',
  message: `The engine died twice at this job, so it is not tried a third time. ${cause?.message ?? ''}`.trim(),
  details: {
    hint: 'Try a smaller size or another model; the log in the data folder says more.',
    ...(cause === undefined ? {} : { lastLines: cause.details['lastLines'] }),
  },
});
