/** Every read and write of the jobs table. A change of state says from which states it may come, so that two cannot both win. */
import type { WireError } from '@easel/shared/errors';
import type { JobParameters, JobState } from '@easel/shared/http/jobs';
import type { ModelWorkResult } from '@easel/shared/model-work';
import type { PromptTexts } from '@easel/shared/prompt/draw-prompts';
import type { Selectable, Transaction } from 'kysely';

import type { Store } from './database.ts';
import type { JobTable, Tables } from './tables.ts';

/** A job as the database has it. */
export interface JobRecord {
  rank: number;
  id: string;
  state: JobState;
  parameters: JobParameters;
  /** The texts of each picture by its place, where they were drawn; null where they are those of the parameters. */
  drawn: readonly PromptTexts[] | null;
  origin: string;
  attempt: number;
  error: WireError | null;
  /** What came of a job that makes a model file; null until it is done, and of others. */
  result: ModelWorkResult | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Of a cell of a grid: which; absent of other jobs. */
  grid?: { readonly id: string; readonly index: number };
}

const fromRow = (row: Selectable<JobTable>): JobRecord => ({
  rank: row.rank,
  id: row.id,
  state: row.state,
  parameters: JSON.parse(row.parameters) as JobParameters,
  drawn: row.drawn === null ? null : (JSON.parse(row.drawn) as PromptTexts[]),
  origin: row.origin,
  attempt: row.attempt,
  error: row.error === null ? null : (JSON.parse(row.error) as WireError),
  result: row.result === null ? null : (JSON.parse(row.result) as ModelWorkResult),
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  ...(row.grid_id === null ? {} : { grid: { id: row.grid_id, index: row.grid_index ?? 0 } }),
});

type Change = Partial<Pick<JobRecord, 'attempt' | 'error' | 'result' | 'startedAt' | 'endedAt'>>;

export class JobRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async insert(job: Omit<JobRecord, 'rank'>, within: Store | Transaction<Tables> = this.#store): Promise<JobRecord> {
    const { rank } = await within
      .insertInto('jobs')
      .values({
        id: job.id,
        type: job.parameters.type,
        state: job.state,
        parameters: JSON.stringify(job.parameters),
        drawn: job.drawn === null ? null : JSON.stringify(job.drawn),
        origin: job.origin,
        attempt: job.attempt,
        error: null,
        result: null,
        created_at: job.createdAt,
        started_at: null,
        ended_at: null,
        ...(job.grid === undefined ? {} : { grid_id: job.grid.id, grid_index: job.grid.index }),
      })
      .returning('rank')
      .executeTakeFirstOrThrow();
    return { ...job, rank };
  }

  async find(id: string): Promise<JobRecord | null> {
    const row = await this.#store.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : fromRow(row);
  }

  /** At most two, which is as good as many: no id is meant then. @param prefix hexadecimal digits and hyphens */
  async idsStartingWith(prefix: string): Promise<string[]> {
    const rows = await this.#store.selectFrom('jobs').select('id').where('id', 'like', `${prefix}%`).limit(2).execute();
    return rows.map(({ id }) => id);
  }

  /** In order of arrival. */
  async unfinished(): Promise<JobRecord[]> {
    const rows = await this.#store
      .selectFrom('jobs')
      .selectAll()
      .where('state', 'in', ['running', 'queued'])
      .orderBy('rank')
      .execute();
    return rows.map(fromRow);
  }

  /** Newest first. */
  async latest(states: readonly JobState[], limit: number): Promise<JobRecord[]> {
    const rows = await this.#store
      .selectFrom('jobs')
      .selectAll()
      .where('state', 'in', states)
      .orderBy('rank', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /**
   * @param from states the job must be in; otherwise nothing changes
   * @returns whether it changed
   */
  async change(
    id: string,
    from: readonly JobState[],
    to: JobState,
    change: Change = {},
    within: Store | Transaction<Tables> = this.#store,
  ): Promise<boolean> {
    const result = await within
      .updateTable('jobs')
      .set({
        state: to,
        ...(change.attempt === undefined ? {} : { attempt: change.attempt }),
        ...(change.error === undefined ? {} : { error: change.error === null ? null : JSON.stringify(change.error) }),
        ...(change.result === undefined ? {} : { result: JSON.stringify(change.result) }),
        ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
        ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
      })
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Cancels all cells of a grid that are not over, at once. @returns their ids */
  async cancelGrid(gridId: string, endedAt: string): Promise<string[]> {
    const rows = await this.#store
      .updateTable('jobs')
      .set({ state: 'cancelled', ended_at: endedAt })
      .where('grid_id', '=', gridId)
      .where('state', 'in', ['queued', 'running'])
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Ids of a job's pictures by their place in it; those in the bin are left out unless asked for. */
  async imagesOf(
    jobIds: readonly string[],
    options: { withDeleted: boolean },
  ): Promise<Map<string, Map<number, string>>> {
    const images = new Map<string, Map<number, string>>();
    if (jobIds.length === 0) return images;
    let query = this.#store
      .selectFrom('images')
      .select(['id', 'job_id', 'image_index'])
      .where('job_id', 'in', jobIds)
      .orderBy('image_index');
    if (!options.withDeleted) query = query.where('deleted_at', 'is', null);
    for (const row of await query.execute()) {
      const ofJob = images.get(row.job_id) ?? new Map<number, string>();
      images.set(row.job_id, ofJob.set(row.image_index, row.id));
    }
    return images;
  }
}
