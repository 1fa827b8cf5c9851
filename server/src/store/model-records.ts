/** What was learned about model files, so that an unchanged file is neither examined nor hashed again. */
import type { CheckpointInspection } from '@easel/shared/engine';
import type { WireError } from '@easel/shared/errors';

import type { Store } from './database.ts';

export interface ModelRecord {
  /** Below models/checkpoints, with extension. */
  path: string;
  sizeBytes: number;
  mtimeMs: number;
  /** What made the inspection; null when there is none. */
  examiner: string | null;
  inspection: CheckpointInspection | null;
  error: WireError | null;
  sha256: string | null;
}

const DEFAULT_MODEL = 'default-model';

export class ModelRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async all(): Promise<Map<string, ModelRecord>> {
    const rows = await this.#store.selectFrom('models').selectAll().execute();
    return new Map(
      rows.map((row) => [
        row.path,
        {
          path: row.path,
          sizeBytes: row.size_bytes,
          mtimeMs: row.mtime_ms,
          examiner: row.examiner,
          inspection: row.inspection === null ? null : (JSON.parse(row.inspection) as CheckpointInspection),
          error: row.error === null ? null : (JSON.parse(row.error) as WireError),
          sha256: row.sha256,
        },
      ]),
    );
  }

  async save(record: ModelRecord): Promise<void> {
    const row = {
      size_bytes: record.sizeBytes,
      mtime_ms: record.mtimeMs,
      examiner: record.examiner,
      inspection: record.inspection === null ? null : JSON.stringify(record.inspection),
      error: record.error === null ? null : JSON.stringify(record.error),
      sha256: record.sha256,
    };
    await this.#store
      .insertInto('models')
      .values({ path: record.path, ...row })
      .onConflict((conflict) => conflict.column('path').doUpdateSet(row))
      .execute();
  }

  /** Id of the model somebody made the default; null when nobody did. */
  async chosenDefault(): Promise<string | null> {
    const row = await this.#store
      .selectFrom('meta')
      .select('value')
      .where('key', '=', DEFAULT_MODEL)
      .executeTakeFirst();
    return row?.value ?? null;
  }

  async chooseDefault(id: string): Promise<void> {
    await this.#store
      .insertInto('meta')
      .values({ key: DEFAULT_MODEL, value: id })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: id }))
      .execute();
  }
}
