/** Every read and write of the grids table, and of the jobs that are cells of one. */
import type { WireError } from '@easel/shared/errors';
import type { GridRequest, ShownAxis } from '@easel/shared/http/grids';
import type { JobState } from '@easel/shared/http/jobs';
import type { Selectable, Transaction } from 'kysely';

import type { Store } from './database.ts';
import type { GridTable, Tables } from './tables.ts';

/** A grid as the database has it. */
export interface GridRecord {
  id: string;
  request: GridRequest;
  axes: ShownAxis[];
  cells: number;
  isCancelled: boolean;
  /** Id of the picture that shows all cells. */
  sheet: string | null;
  /** Why there is no sheet. */
  error: WireError | null;
  createdAt: string;
  /** Null until nothing more is done for it. */
  endedAt: string | null;
}

/** A job as a cell. */
export interface CellRecord {
  index: number;
  jobId: string;
  state: JobState;
  error: WireError | null;
  /** Its picture with its file below outputs, unless it is in the bin. */
  image: { id: string; file: string; width: number; height: number } | null;
}

const fromRow = (row: Selectable<GridTable>): GridRecord => ({
  id: row.id,
  request: JSON.parse(row.request) as GridRequest,
  axes: JSON.parse(row.axes) as ShownAxis[],
  cells: row.cells,
  isCancelled: row.is_cancelled === 1,
  sheet: row.sheet,
  error: row.error === null ? null : (JSON.parse(row.error) as WireError),
  createdAt: row.created_at,
  endedAt: row.ended_at,
});

type Within = Store | Transaction<Tables>;

export class GridRecords {
  constructor(private readonly store: Store) {}

  async insert(grid: GridRecord, within: Within): Promise<void> {
    await within
      .insertInto('grids')
      .values({
        id: grid.id,
        request: JSON.stringify(grid.request),
        axes: JSON.stringify(grid.axes),
        cells: grid.cells,
        sheet: null,
        error: null,
        created_at: grid.createdAt,
        ended_at: null,
      })
      .execute();
  }

  async find(id: string): Promise<GridRecord | null> {
    const row = await this.store.selectFrom('grids').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : fromRow(row);
  }

  /** Newest first. */
  async latest(limit: number): Promise<GridRecord[]> {
    const rows = await this.store.selectFrom('grids').selectAll().orderBy('rank', 'desc').limit(limit).execute();
    return rows.map(fromRow);
  }

  async unfinished(): Promise<GridRecord[]> {
    const rows = await this.store.selectFrom('grids').selectAll().where('ended_at', 'is', null).execute();
    return rows.map(fromRow);
  }

  /** At most two, as of jobs: a sheet's file has the beginning of its grid's id. */
  async idsStartingWith(prefix: string): Promise<string[]> {
    const rows = await this.store.selectFrom('grids').select('id').where('id', 'like', `${prefix}%`).limit(2).execute();
    return rows.map(({ id }) => id);
  }

  /** How many cells are in which state. */
  async countStates(id: string): Promise<Map<JobState, number>> {
    const rows = await this.store
      .selectFrom('jobs')
      .select((build) => ['state', build.fn.countAll<number>().as('count')])
      .where('grid_id', '=', id)
      .groupBy('state')
      .execute();
    return new Map(rows.map(({ state, count }) => [state, count]));
  }

  /** In the order of their index. */
  async cellsOf(id: string): Promise<CellRecord[]> {
    const rows = await this.store
      .selectFrom('jobs')
      .leftJoin('images', (join) =>
        join
          .onRef('images.job_id', '=', 'jobs.id')
          .on('images.image_index', '=', 0)
          .on('images.deleted_at', 'is', null),
      )
      .select([
        'jobs.id as jobId',
        'jobs.grid_index as index',
        'jobs.state',
        'jobs.error',
        'images.id as imageId',
        'images.file',
        'images.width',
        'images.height',
      ])
      .where('jobs.grid_id', '=', id)
      .orderBy('jobs.grid_index')
      .execute();
    return rows.map((row) => ({
      index: row.index ?? 0,
      jobId: row.jobId,
      state: row.state,
      error: row.error === null ? null : (JSON.parse(row.error) as WireError),
      image:
        row.imageId === null || row.file === null
          ? null
          : { id: row.imageId, file: row.file, width: row.width ?? 1, height: row.height ?? 1 },
    }));
  }

  /** A sheet that was saved, and whose grid does not know it yet. */
  async sheetOf(id: string): Promise<string | null> {
    const row = await this.store.selectFrom('images').select('id').where('job_id', '=', id).executeTakeFirst();
    return row?.id ?? null;
  }

  async markCancelled(id: string): Promise<void> {
    await this.store.updateTable('grids').set({ is_cancelled: 1 }).where('id', '=', id).execute();
  }

  async end(
    id: string,
    { sheet, error, endedAt }: Pick<GridRecord, 'sheet' | 'error' | 'endedAt'>,
    within: Within = this.store,
  ): Promise<void> {
    await within
      .updateTable('grids')
      .set({ sheet, error: error === null ? null : JSON.stringify(error), ended_at: endedAt })
      .where('id', '=', id)
      .execute();
  }
}
