/**
 * Grids: many pictures that differ by the values of up to three axes, asked for together. Each cell is a job of the queue;
 * when the last is over, one picture that shows them all is saved beside them. What happens goes to {@link Events}.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { RequestError, toStudioError, type WireError } from '@easel/shared/errors';
import { AXIS_NAMES, gridSettings, headingOf } from '@easel/shared/grid/expand';
import type { GridEstimate, GridRequest, GridSummary, GridView, ShownAxis } from '@easel/shared/http/grids';
import { makesPictures, type JobState } from '@easel/shared/http/jobs';

import type { EngineHost } from '../engine-host/engine-host.ts';
import type { Store } from '../store/database.ts';
import { GridRecords, type CellRecord, type GridRecord } from '../store/grid-records.ts';
import type { Events } from './events.ts';
import { resolveGrid, type ResolvedCell } from './grid-cells.ts';
import { drawSheet, type SheetCell, type SheetContent } from './grid-sheet.ts';
import { toImageRow, toImageSummary } from './image-row.ts';
import type { JobQueue } from './job-queue.ts';
import { shownError } from './job-view.ts';
import type { FoundPicture, PictureFiles, PictureToSave } from './picture.ts';
import type { PictureWork } from './picture-work.ts';

export interface GridsOptions {
  store: Store;
  engine: EngineHost;
  queue: JobQueue;
  pictureWork: PictureWork;
  pictures: PictureFiles;
  events: Events;
  /** Absolute folder. */
  outputs: string;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

const OPEN: readonly JobState[] = ['queued', 'running'];

export class Grids {
  readonly #options: GridsOptions;
  readonly #records: GridRecords;
  /** Grids that are being looked at, and whether something has happened to them since. */
  readonly #looks = new Map<string, { again: boolean; done: Promise<void> }>();
  #isStopping = false;

  constructor(options: GridsOptions) {
    this.#options = options;
    this.#records = new GridRecords(options.store);
    options.events.subscribe(({ name, payload }) => {
      if (name !== 'job:finished' && name !== 'job:failed' && name !== 'job:cancelled') return;
      const { grid } = payload.job;
      if (grid !== undefined) void this.#cellOver(grid);
    });
  }

  /** Takes up grids that an earlier server left with all their cells over. To be called once disk and index agree. */
  async resume(): Promise<void> {
    for (const { id } of await this.#records.unfinished()) void this.#cellOver(id);
  }

  /** Waits for sheets that are being made. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#looks.values()].map(async ({ done }) => done));
  }

  /**
   * Accepts all cells or none.
   * @throws bad_axis, too_many_cells, queue_full, and what a cell alone would be refused with
   */
  async submit(grid: GridRequest): Promise<GridSummary> {
    const { queue, events } = this.#options;
    const { asked, axes, cells } = await this.#resolve(grid);
    const record: GridRecord = {
      id: randomUUID(),
      request: asked,
      axes,
      cells: cells.length,
      isCancelled: false,
      sheet: null,
      error: null,
      createdAt: now(),
      endedAt: null,
    };
    await queue.submitGrid(record.id, cells, async (transaction) => this.#records.insert(record, transaction));
    const summary = await this.#summary(record);
    events.publish('grid:changed', { grid: summary });
    return summary;
  }

  /** What it would be, checked as {@link submit} does. @throws as submit, but for queue_full */
  async estimate(grid: GridRequest): Promise<GridEstimate> {
    const { axes, cells } = await this.#resolve(grid);
    return { axes, cells: cells.length, durationMs: await this.#durationOf(cells) };
  }

  /** @throws unknown_grid */
  async get(id: string): Promise<GridView> {
    const record = await this.#find(id);
    const cells = await this.#records.cellsOf(id);
    return {
      ...(await this.#summary(record)),
      items: cells.map(({ index, jobId, state, image, error }) => {
        const active = this.#options.queue.viewOf(jobId);
        return {
          index,
          jobId,
          state: active?.state ?? state,
          progress: active !== null && makesPictures(active) ? active.progress : null,
          image: image?.id ?? null,
          error: error === null ? null : shownError(error),
        };
      }),
      request: record.request,
    };
  }

  /** Newest first. */
  async list(limit: number): Promise<GridSummary[]> {
    return Promise.all((await this.#records.latest(limit)).map(async (record) => this.#summary(record)));
  }

  /** Ends all cells that are not over; pictures that are there stay. Twice is fine. @throws unknown_grid, already_done */
  async cancel(id: string): Promise<GridSummary> {
    const record = await this.#find(id);
    if (record.endedAt !== null) {
      if (record.isCancelled) return this.#summary(record);
      throw new RequestError('already_done', 'The grid has already ended.', { got: 'done' });
    }
    await this.#records.markCancelled(id);
    await this.#options.queue.cancelGrid(id);
    await this.#cellOver(id);
    return this.#summary(await this.#find(id));
  }

  async #resolve(grid: GridRequest): ReturnType<typeof resolveGrid> {
    const { engine, pictureWork } = this.#options;
    return resolveGrid(grid, { catalogue: engine.catalogue ?? (await engine.whenReady()), pictureWork });
  }

  /** Cells that differ by words and seeds take the same time, and are asked for once. */
  async #durationOf(cells: readonly ResolvedCell[]): Promise<number | null> {
    const known = new Map<string, number | null>();
    let total = 0;
    for (const { parameters } of cells) {
      const key = JSON.stringify({ ...parameters, prompt: '', negativePrompt: '', seed: 0, variationSeed: 0 });
      let duration = known.get(key);
      if (duration === undefined) {
        const estimate = await this.#options.pictureWork.estimate(parameters);
        duration = estimate?.isMeasured === true ? estimate.durationMs : null;
        known.set(key, duration);
      }
      if (duration === null) return null;
      total += duration;
    }
    return total;
  }

  async #find(id: string): Promise<GridRecord> {
    const record = await this.#records.find(id);
    if (record !== null) return record;
    throw new RequestError('unknown_grid', `There is no grid "${id.slice(0, 100)}".`, { got: id.slice(0, 100) });
  }

  async #summary(record: GridRecord): Promise<GridSummary> {
    const counts = await this.#records.countStates(record.id);
    const count = (state: JobState): number => counts.get(state) ?? 0;
    const { id, axes, request, cells, sheet, error, createdAt, endedAt } = record;
    const isBegun = cells > count('queued');
    const state =
      endedAt === null
        ? isBegun
          ? 'running'
          : 'queued'
        : record.isCancelled
          ? 'cancelled'
          : count('done') === 0
            ? 'failed'
            : 'done';
    return {
      id,
      state,
      axes,
      prompt: request.request.prompt,
      cells,
      done: count('done'),
      failed: count('failed'),
      sheet,
      error: error === null ? null : shownError(error),
      createdAt,
      endedAt,
    };
  }

  /** A cell is over. Many may be at once, and one look sees them all. Never rejects. */
  async #cellOver(id: string): Promise<void> {
    const running = this.#looks.get(id);
    if (running !== undefined) {
      running.again = true;
      return running.done;
    }
    const look = { again: true, done: Promise.resolve() };
    look.done = this.#lookWhile(id, look).finally(() => this.#looks.delete(id));
    this.#looks.set(id, look);
    return look.done;
  }

  async #lookWhile(id: string, look: { again: boolean }): Promise<void> {
    while (look.again && !this.#isStopping) {
      look.again = false;
      try {
        await this.#look(id);
      } catch (thrown) {
        this.#options.log('error', `grid ${id}: ${toStudioError(thrown).message}`);
      }
    }
  }

  /** Everybody hears how far it is; with the last cell the sheet is made. */
  async #look(id: string): Promise<void> {
    const record = await this.#find(id);
    if (record.endedAt !== null) return;
    const counts = await this.#records.countStates(id);
    const isOver = OPEN.every((state) => !counts.has(state));
    if (isOver) await this.#end(record);
    await this.#tell(id);
  }

  async #tell(id: string): Promise<void> {
    this.#options.events.publish('grid:changed', { grid: await this.#summary(await this.#find(id)) });
  }

  async #end(record: GridRecord): Promise<void> {
    const { id } = record;
    let sheet = await this.#records.sheetOf(id);
    let error: WireError | null = null;
    if (sheet === null && !record.isCancelled) {
      try {
        sheet = await this.#saveSheet(record);
      } catch (thrown) {
        const refusal = toStudioError(thrown);
        error = refusal.toWire();
        this.#options.log('warn', `grid ${id} has no sheet: ${refusal.stack ?? refusal.message}`);
      }
    }
    await this.#records.end(id, { sheet, error, endedAt: now() });
  }

  /** @returns the picture's id; null where no cell has a picture */
  async #saveSheet(record: GridRecord): Promise<string | null> {
    const { store, pictures, outputs, events } = this.#options;
    const cells = await this.#records.cellsOf(record.id);
    const first = await this.#firstPicture(cells);
    if (first === null) return null;
    const sheet = await drawSheet(contentOf(record.axes, cells, outputs));
    const picture: PictureToSave = {
      ...first,
      ...sheet,
      imageId: randomUUID(),
      jobId: record.id,
      imageIndex: 0,
      notes: [],
      createdAt: now(),
      grid: { id: record.id, settings: gridSettings(record.axes) },
    };
    const saved = await pictures.save(picture);
    const row = toImageRow(picture, saved);
    await store.insertInto('images').values(row).execute();
    events.publish('image:created', { image: toImageSummary({ ...row, is_missing: 0 }) });
    return picture.imageId;
  }

  /** What the sheet's text begins with is read from the first cell that has a picture. */
  async #firstPicture(cells: readonly CellRecord[]): Promise<FoundPicture | null> {
    for (const { image } of cells) {
      const found = image === null ? null : await this.#options.pictures.read(image.file);
      if (found !== null) return found;
    }
    return null;
  }
}

/** What stands where on the sheet. */
function contentOf(axes: readonly ShownAxis[], cells: readonly CellRecord[], outputs: string): SheetContent {
  const headings = AXIS_NAMES.map((_, axis) => {
    const shown = axes[axis];
    return shown === undefined ? [''] : shown.entries.map((entry) => headingOf(shown, entry));
  });
  const [columns = [''], rows = [''], layers = ['']] = headings;
  return {
    columns,
    rows,
    layers,
    hasRows: axes.length > 1,
    hasLayers: axes.length > 2,
    cells: cells.map(({ image, state, error }): SheetCell => {
      if (image !== null) return { file: join(outputs, image.file), width: image.width, height: image.height };
      return { words: error === null ? state : error.message };
    }),
  };
}

const now = (): string => new Date().toISOString();
