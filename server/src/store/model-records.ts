/** What was learned about model files, so that an unchanged file is neither examined nor hashed again; and names of roots. */
import type { CheckpointInspection } from '@easel/shared/engine';
import type { WireError } from '@easel/shared/errors';
import type { ModelKind } from '@easel/shared/http/models';
import type { NetworkView } from '@easel/shared/networks';

import type { Transaction } from 'kysely';

import type { Store } from './database.ts';
import type { Tables } from './tables.ts';

/** Where a file lies: name of its root ('' = the own models folder) and path below it. */
export interface ModelKey {
  root: string;
  path: string;
}

export interface ModelRecord extends ModelKey {
  /** As clients name it. */
  id: string;
  kind: ModelKind;
  isFolder: boolean;
  sizeBytes: number;
  mtimeMs: number;
  /** What made the inspection; null when there is none. */
  examiner: string | null;
  inspection: CheckpointInspection | null;
  /** The same of a LoRA or an embedding. */
  network: NetworkView | null;
  error: WireError | null;
  sha256: string | null;
  autoV3: string | null;
  shortHash: string | null;
  /** Whether all hashes that this file has are there. */
  isHashed: boolean;
}

/** One text for a key, for maps. */
export const keyText = ({ root, path }: ModelKey): string => `${root}\n${path}`;

const DEFAULT_MODEL = 'default-model';

export class ModelRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By {@link keyText}. */
  async all(): Promise<Map<string, ModelRecord>> {
    const rows = await this.#store.selectFrom('model_files').selectAll().execute();
    return new Map(
      rows.map((row) => [
        keyText(row),
        {
          root: row.root,
          path: row.path,
          id: row.id,
          kind: row.kind,
          isFolder: row.is_folder === 1,
          sizeBytes: row.size_bytes,
          mtimeMs: row.mtime_ms,
          examiner: row.examiner,
          inspection: row.inspection === null ? null : (JSON.parse(row.inspection) as CheckpointInspection),
          network: row.network === null ? null : (JSON.parse(row.network) as NetworkView),
          error: row.error === null ? null : (JSON.parse(row.error) as WireError),
          sha256: row.sha256,
          autoV3: row.auto_v3,
          shortHash: row.short_hash,
          isHashed: row.is_hashed === 1,
        },
      ]),
    );
  }

  async save(record: ModelRecord, within: Store | Transaction<Tables> = this.#store): Promise<void> {
    const row = {
      id: record.id,
      kind: record.kind,
      is_folder: record.isFolder ? 1 : 0,
      size_bytes: record.sizeBytes,
      mtime_ms: record.mtimeMs,
      examiner: record.examiner,
      inspection: record.inspection === null ? null : JSON.stringify(record.inspection),
      network: record.network === null ? null : JSON.stringify(record.network),
      error: record.error === null ? null : JSON.stringify(record.error),
      sha256: record.sha256,
      auto_v3: record.autoV3,
      short_hash: record.shortHash,
      is_hashed: record.isHashed ? 1 : 0,
    };
    await within
      .insertInto('model_files')
      .values({ root: record.root, path: record.path, ...row })
      .onConflict((conflict) => conflict.columns(['root', 'path']).doUpdateSet(row))
      .execute();
  }

  /** Many at once: what is there now, and what is there no longer. */
  async change(known: readonly ModelRecord[], gone: readonly ModelKey[]): Promise<void> {
    if (known.length + gone.length === 0) return;
    await this.#store.transaction().execute(async (transaction) => {
      for (const record of known) await this.save(record, transaction);
      for (const { root, path } of gone)
        await transaction.deleteFrom('model_files').where('root', '=', root).where('path', '=', path).execute();
    });
  }

  /**
   * Names of the extra roots by their paths; one not seen before gets a name, which it keeps for ever, since ids have it
   * in them.
   * @param propose a name for a path, given those that are taken
   */
  async nameRoots(
    paths: readonly string[],
    propose: (path: string, taken: ReadonlySet<string>) => string,
  ): Promise<Map<string, string>> {
    const rows = await this.#store.selectFrom('model_roots').selectAll().execute();
    const names = new Map(rows.map(({ path, name }) => [path, name]));
    for (const path of paths) {
      if (names.has(path)) continue;
      const name = propose(path, new Set(names.values()));
      names.set(path, name);
      await this.#store.insertInto('model_roots').values({ path, name }).execute();
    }
    return new Map(paths.map((path) => [path, names.get(path) as string]));
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
