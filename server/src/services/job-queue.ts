/**
 * The durable queue: what was accepted stays queued, running, done, failed with a reason or cancelled, whatever dies.
 *
 * The database is the truth; the jobs that are not over are also held here, in order. One job runs at a time. It knows
 * no HTTP and no socket: what happens goes to Events.
 */
import { randomUUID } from 'node:crypto';

import {
  CancelledError,
  EngineLostError,
  RequestError,
  StudioError,
  toStudioError,
  type WireError,
} from '@easel/shared/errors';
import type { GenerationParameters } from '@easel/shared/generation';
import {
  makesPictures,
  type JobAccepted,
  type JobParameters,
  type JobRequest,
  type JobState,
  type JobView,
} from '@easel/shared/http/jobs';
import type { Transaction } from 'kysely';

import { JobRecords, type JobRecord } from '../store/job-records.ts';
import type { Tables } from '../store/tables.ts';
import { JobEnds } from './job-ends.ts';
import {
  crashedTwice,
  isPictureJob,
  JobExecution,
  MOST_ATTEMPTS,
  type ActiveJob,
  type JobQueueOptions,
  type PictureJob,
} from './job-execution.ts';
import { JobRun } from './job-run.ts';
import { toJobView } from './job-view.ts';
import type { DrawnTexts } from './prompt-drawing.ts';
import type { EncodedPreview } from './preview-encoder.ts';

/** Jobs that may wait at once. */
export const QUEUE_LIMIT = 10_000;
/** Pause between attempts when the database does not take a state. */
const STORE_TROUBLE_MS = 1000;

const OVER: readonly JobState[] = ['done', 'failed', 'cancelled'];
const ALL: readonly JobState[] = ['queued', 'running', ...OVER];

export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #records: JobRecords;
  readonly #execution: JobExecution;
  readonly #active = new Map<string, ActiveJob>();
  /** In the order they will run. */
  #waiting: ActiveJob[] = [];
  #running: ActiveJob | null = null;
  /** Submitted, but not in the database yet. */
  #entering = 0;
  readonly #ends = new JobEnds();
  #isStarted = false;
  #isStopping = false;
  #pumping: Promise<void> | null = null;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#records = new JobRecords(options.store);
    this.#execution = new JobExecution(options, this.#records, {
      isOpen: ({ id }) => this.#active.has(id),
      view: (job) => this.#view(job),
      finish: async (job, result) => this.#end(job, 'done', null, result),
      finished: (job, endedAt) => this.#over(job, 'done', null, endedAt),
      fail: async (job, error) => this.#end(job, 'failed', error),
      stopped: async (job, thrown) => this.#afterRun(job, thrown),
    });
    options.engine.onState((state) => {
      if (state.state === 'ready') this.#pump();
    });
  }

  /**
   * Takes over what an earlier server left: what ran is queued again in front, with its seed and one attempt more.
   * To be awaited before anybody submits.
   */
  async load(): Promise<void> {
    for (const record of await this.#records.unfinished()) {
      const job: ActiveJob = { ...record, state: 'queued', images: new Map(), run: null };
      if (record.state === 'running') {
        job.attempt += 1;
        await this.#records.change(job.id, ['running'], 'queued', { attempt: job.attempt });
      }
      this.#active.set(job.id, job);
      this.#waiting.push(job);
    }
  }

  /** From now on jobs run. To be called once the pictures on disk and the database agree. */
  start(): void {
    this.#isStarted = true;
    this.#pump();
  }

  /** No job is begun any more; resolves when the running one has been put back, which takes the engine's end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#pumping;
  }

  /**
   * @param origin who asks, for the log
   * @param isLenient leaves out options that nothing would read, instead of refusing them
   * @throws queue_full, unknown_model, model_unusable, no_model, unknown_sampler, unknown_schedule, out_of_range, engine_lost;
   *   for work on models also not_allowed, name_taken
   */
  async submit(request: JobRequest, origin = 'api', isLenient = false): Promise<JobAccepted> {
    const { pictureWork, work, events } = this.#options;
    this.#refuseWhenFull(1);
    this.#entering += 1;
    try {
      const { parameters, drawn }: { parameters: JobParameters; drawn: DrawnTexts } = makesPictures(request)
        ? await pictureWork.resolve(request, isLenient)
        : { parameters: await work.resolve(request), drawn: null };
      const record = await this.#records.insert(newJob(parameters, origin, drawn));
      const job: ActiveJob = { ...record, images: new Map(), run: null };
      this.#active.set(job.id, job);
      this.#waiting.push(job);
      const view = this.#view(job);
      events.publish('job:queued', { job: view });
      this.#pump();
      if (isPictureJob(job)) await this.#remember(job);
      return { id: job.id, state: view.state, position: view.position };
    } finally {
      this.#entering -= 1;
    }
  }

  /**
   * The cells of a grid, accepted together or not at all.
   *
   * @param cells resolved, in the order they are to run
   * @param alongside writes what belongs to the grid in the same transaction
   * @throws queue_full
   */
  async submitGrid(
    gridId: string,
    cells: readonly { index: number; parameters: GenerationParameters; drawn: DrawnTexts }[],
    alongside: (transaction: Transaction<Tables>) => Promise<void>,
  ): Promise<void> {
    const { store, events } = this.#options;
    this.#refuseWhenFull(cells.length);
    this.#entering += cells.length;
    const jobs: ActiveJob[] = [];
    try {
      await store.transaction().execute(async (transaction) => {
        await alongside(transaction);
        for (const { index, parameters, drawn } of cells) {
          const record = await this.#records.insert(
            { ...newJob(parameters, 'grid', drawn), grid: { id: gridId, index } },
            transaction,
          );
          jobs.push({ ...record, images: new Map(), run: null });
        }
      });
    } finally {
      this.#entering -= cells.length;
    }
    for (const job of jobs) this.#active.set(job.id, job);
    this.#waiting.push(...jobs);
    this.#pump();
    await inBatches(jobs, (job) => {
      if (this.#active.has(job.id)) events.publish('job:queued', { job: this.#view(job) });
    });
  }

  /** Ends all cells of a grid that are not over. */
  async cancelGrid(gridId: string): Promise<void> {
    const endedAt = now();
    const ids = new Set(await this.#records.cancelGrid(gridId, endedAt));
    this.#waiting = this.#waiting.filter(({ id }) => !ids.has(id));
    for (const id of ids) this.#options.engine.cancel(id);
    await inBatches([...ids], (id) => {
      const job = this.#active.get(id);
      if (job !== undefined) this.#over(job, 'cancelled', null, endedAt);
    });
  }

  /** A job that is not over, as it stands; null for others. */
  viewOf(id: string): JobView | null {
    const job = this.#active.get(id);
    return job === undefined ? null : this.#view(job);
  }

  /** @throws unknown_job */
  async get(id: string): Promise<JobView> {
    const job = this.#active.get(id);
    if (job !== undefined) return this.#view(job);
    const record = await this.#records.find(id);
    if (record === null) throw unknownJob(id);
    const [view] = await this.#viewsOf([record]);
    return view ?? this.get(id);
  }

  /** Jobs that are not over first, in their order; then the others, newest first. */
  async list(filter: { state?: JobState | undefined; limit: number }): Promise<JobView[]> {
    const states = filter.state === undefined ? ALL : [filter.state];
    const active = [...this.#active.values()]
      .sort((left, right) => left.rank - right.rank)
      .filter((job) => states.includes(job.state))
      .slice(0, filter.limit)
      .map((job) => this.#view(job));
    const over = states.filter((state) => OVER.includes(state));
    const room = filter.limit - active.length;
    if (room <= 0 || over.length === 0) return active;
    return [...active, ...(await this.#viewsOf(await this.#records.latest(over, room)))];
  }

  /** Ends a queued or running job; pictures it has already made stay. Twice is fine. @throws unknown_job, already_done */
  async cancel(id: string): Promise<JobView> {
    const job = this.#active.get(id);
    if (job !== undefined && (await this.#records.change(id, ['queued', 'running'], 'cancelled', { endedAt: now() }))) {
      this.#over(job, 'cancelled', null);
      this.#options.engine.cancel(id);
      return this.#view(job);
    }
    const view = await this.get(id);
    if (view.state === 'cancelled') return view;
    throw new RequestError('already_done', `The job has already ended: it is ${view.state}.`, { got: view.state });
  }

  /** Cancels the running job if there is one. */
  async cancelCurrent(): Promise<JobView | null> {
    const job = this.current();
    return job === null ? null : this.cancel(job.id);
  }

  /** Resolves with the job once it is done, failed or cancelled. @throws unknown_job; the signal's reason */
  async waitFor(id: string, signal?: AbortSignal): Promise<JobView> {
    signal?.throwIfAborted();
    if (this.#active.has(id)) await this.#ends.waitFor(id, signal);
    return this.get(id);
  }

  /** The running job. */
  current(): JobView | null {
    return this.#running?.state === 'running' ? this.#view(this.#running) : null;
  }

  /** Jobs that wait. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Newest preview of the running job, encoded when asked for; null when there is none. */
  async latestPreview(): Promise<EncodedPreview | null> {
    const run = this.#running?.run;
    return run instanceof JobRun ? run.latestPreview() : null;
  }

  /** The job is accepted, whatever becomes of the memory of its prompt. */
  async #remember(job: PictureJob): Promise<void> {
    const { promptHistory, log } = this.#options;
    await promptHistory.remember(job.parameters).catch((error: unknown) => {
      log('warn', `The prompt of job ${job.id} could not be remembered: ${toStudioError(error).message}`);
    });
  }

  #refuseWhenFull(count: number): void {
    if (this.#waiting.length + this.#entering + count <= QUEUE_LIMIT) return;
    throw new RequestError('queue_full', `The queue is full: ${QUEUE_LIMIT} jobs may wait.`, {
      limit: QUEUE_LIMIT,
      hint: 'Wait until some have ended, or cancel some.',
    });
  }

  #pump(): void {
    if (this.#pumping !== null || !this.#isStarted) return;
    this.#pumping = this.#work().finally(() => {
      this.#pumping = null;
      // Something may have come while the last look found nothing.
      if (this.#canWork()) this.#pump();
    });
  }

  #canWork(): boolean {
    return !this.#isStopping && this.#waiting.length > 0 && this.#options.engine.state.state === 'ready';
  }

  async #work(): Promise<void> {
    // The state is looked at right before each run: an engine that is not there is waited for, not counted against a job.
    while (this.#canWork()) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running = job;
      try {
        await this.#run(job);
      } catch (thrown) {
        await this.#storeTrouble(job, thrown);
      } finally {
        job.run?.close();
        job.run = null;
        this.#running = null;
      }
    }
  }

  async #run(job: ActiveJob): Promise<void> {
    const startedAt = job.startedAt ?? now();
    if (!(await this.#records.change(job.id, ['queued', 'running'], 'running', { startedAt }))) return;
    job.state = 'running';
    job.startedAt = startedAt;
    await this.#execution.carryOut(job);
  }

  async #afterRun(job: ActiveJob, thrown: StudioError | null): Promise<void> {
    if (thrown instanceof EngineLostError) {
      // A server that stops ends the engine itself; that is nobody's crash.
      const attempt = this.#isStopping ? job.attempt : job.attempt + 1;
      if (attempt > MOST_ATTEMPTS) {
        await this.#end(job, 'failed', crashedTwice(thrown));
      } else if (await this.#records.change(job.id, ['running'], 'queued', { attempt })) {
        job.state = 'queued';
        job.attempt = attempt;
        this.#waiting.unshift(job);
        if (!this.#isStopping) this.#options.events.publish('job:queued', { job: this.#view(job) });
      }
    } else if (thrown instanceof CancelledError) {
      await this.#end(job, 'cancelled', null);
    } else {
      const error =
        thrown ?? new StudioError('internal', 'The engine finished the job without making all it was asked for.');
      await this.#end(job, 'failed', error.toWire());
    }
  }

  async #end(
    job: ActiveJob,
    state: 'done' | 'failed' | 'cancelled',
    error: WireError | null,
    result: JobRecord['result'] = null,
  ): Promise<void> {
    const endedAt = now();
    const change = { error, endedAt, ...(result === null ? {} : { result }) };
    if (!(await this.#records.change(job.id, ['queued', 'running'], state, change))) return;
    job.result = result;
    this.#over(job, state, error, endedAt);
  }

  /** The database says it is over: forget it here and tell everybody. */
  #over(job: ActiveJob, state: 'done' | 'failed' | 'cancelled', error: WireError | null, endedAt = now()): void {
    if (!this.#active.delete(job.id)) return;
    this.#waiting = this.#waiting.filter((other) => other !== job);
    job.run?.close();
    Object.assign(job, { state, error, endedAt });
    const view = this.#view(job);
    const { events, log } = this.#options;
    if (state === 'done') events.publish('job:finished', { job: view });
    else if (state === 'failed') events.publish('job:failed', { job: view });
    else events.publish('job:cancelled', { job: view });
    if (error !== null) log('warn', `job ${job.id} failed: ${error.code}: ${error.message}`);
    this.#ends.ended(job.id);
  }

  /**
   * The database refused a state. Until it takes one again nothing can be promised to anybody, so the queue waits. A
   * server that is stopped meanwhile leaves the job as `running`, and the next start takes it up.
   */
  async #storeTrouble(job: ActiveJob, thrown: unknown): Promise<void> {
    const error = toStudioError(thrown);
    this.#options.log('error', `job ${job.id}: ${error.stack ?? error.message}`);
    this.#options.engine.cancel(job.id);
    while (!this.#isStopping) {
      await new Promise((resolve) => setTimeout(resolve, STORE_TROUBLE_MS));
      try {
        await this.#end(job, 'failed', error.toWire());
        return;
      } catch (again) {
        this.#options.log('error', `job ${job.id} cannot be marked as failed: ${toStudioError(again).message}`);
      }
    }
  }

  async #viewsOf(records: readonly JobRecord[]): Promise<JobView[]> {
    const images = await this.#records.imagesOf(
      records.map(({ id }) => id),
      { withDeleted: false },
    );
    return records.map((record) =>
      toJobView(record, { position: null, progress: null, images: [...(images.get(record.id)?.values() ?? [])] }),
    );
  }

  #view(job: ActiveJob): JobView {
    const images = [...job.images].sort(([left], [right]) => left - right).map(([, id]) => id);
    return toJobView(job, {
      position: job.state === 'queued' ? Math.max(0, this.#waiting.indexOf(job)) : null,
      progress: job.state === 'running' ? (job.run?.currentProgress ?? null) : null,
      images,
    });
  }
}

const now = (): string => new Date().toISOString();

const BATCH = 100;
const BATCH_PAUSE_MS = 10;

/** Tells of many things with pauses: a reader for whom too much waits at once is cut off. */
async function inBatches<T>(items: readonly T[], tell: (item: T) => void): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    if (start > 0) await new Promise((resolve) => setTimeout(resolve, BATCH_PAUSE_MS));
    for (const item of items.slice(start, start + BATCH)) tell(item);
  }
}

const newJob = (parameters: JobParameters, origin: string, drawn: DrawnTexts): Omit<JobRecord, 'rank'> => ({
  id: randomUUID(),
  state: 'queued',
  parameters,
  drawn,
  origin,
  attempt: 1,
  error: null,
  result: null,
  createdAt: now(),
  startedAt: null,
  endedAt: null,
});

const unknownJob = (id: string): RequestError =>
  new RequestError('unknown_job', `There is no job "${id.slice(0, 100)}".`, { got: id.slice(0, 100) });
