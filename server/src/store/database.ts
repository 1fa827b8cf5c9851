/**
 * Opens the one SQLite file: WAL, synchronous FULL (a commit survives a power cut), migrations, kysely on top.
 *
 * A file written by a newer version is refused untouched. A damaged one is kept aside and an empty one takes its place;
 * the pictures find their way back in from their own metadata.
 */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { StudioError } from '@easel/shared/errors';
import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase } from 'kysely';

import { MIGRATIONS } from './migrations/index.ts';
import { asStorageError, sqliteTrouble } from './sqlite-errors.ts';
import type { Tables } from './tables.ts';

export type Store = Kysely<Tables>;

export interface OpenedDatabase {
  store: Store;
  /** Where a damaged file was put; null when there was none. */
  setAside: string | null;
  close(): Promise<void>;
}

const FILE = 'easel.sqlite';
const BUSY_TIMEOUT_MS = 5000;

type Native = InstanceType<typeof DatabaseSync>;

const readVersion = (database: Native): number =>
  (database.prepare('pragma user_version').get() as { user_version: number }).user_version;

/** Thrown by ourselves when a check finds what opening did not. */
class DamageError extends Error {}

const isDamage = (thrown: unknown): boolean =>
  thrown instanceof DamageError || ['corrupt', 'notADatabase'].includes(sqliteTrouble(thrown) ?? '');

/** Runs it; what the storage refuses becomes a refusal of ours. */
const guarded = <T>(work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    throw asStorageError(thrown);
  }
};

/** Looks without writing: a newer file must stay exactly as it is. */
const refuseNewer = (path: string): void => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const version = readVersion(database);
    if (version > MIGRATIONS.length) {
      throw new StudioError(
        'newer_data',
        `${path} was written by a newer Easel (its data version is ${version}, this one knows ${MIGRATIONS.length}). ` +
          'Nothing was changed. Start the newer version, or give this one another folder with --data.',
      );
    }
    const [check] = database.prepare('pragma quick_check(1)').all() as { quick_check: string }[];
    if (check?.quick_check !== 'ok') throw new DamageError(check?.quick_check);
  } finally {
    database.close();
  }
};

/** Each migration is one transaction together with its version, so an interrupted one leaves the old state. */
const migrate = (database: Native, path: string): void => {
  const version = readVersion(database);
  if (version > 0 && version < MIGRATIONS.length) {
    const backup = `${path}.before-${MIGRATIONS.length}`;
    if (!existsSync(backup)) database.prepare('vacuum into ?').run(backup);
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index >= version) database.exec(`begin immediate; ${sql}; pragma user_version = ${index + 1}; commit`);
  }
};

// Kysely prepares anew for every query; the same few texts come again and again.
const MOST_STATEMENTS = 200;

const forKysely = (database: Native): SqliteDatabase => {
  const statements = new Map<string, StatementSyncInstance>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      let statement = statements.get(sql);
      if (statement === undefined) {
        if (statements.size >= MOST_STATEMENTS) statements.clear();
        statement = database.prepare(sql);
        statements.set(sql, statement);
      }
      const prepared = statement;
      return {
        reader: prepared.columns().length > 0,
        all: (parameters) => guarded(() => prepared.all(...parameters)),
        run: (parameters) => {
          // A full disk has rolled back already; a second rollback would hide why behind "no transaction is active".
          if (sql === 'rollback' && !database.isTransaction) return { changes: 0, lastInsertRowid: 0 };
          return guarded(() => prepared.run(...parameters));
        },
        iterate: (parameters) => prepared.iterate(...parameters),
      };
    },
  };
};

const open = (path: string): Native => {
  if (existsSync(path)) refuseNewer(path);
  const database = new DatabaseSync(path);
  try {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    migrate(database, path);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
};

const putAside = (path: string): string => {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
};

/** @throws newer_data, storage_unavailable */
export function openDatabase(folder: string): OpenedDatabase {
  const path = join(folder, FILE);
  let setAside: string | null = null;
  let database: Native;
  try {
    database = open(path);
  } catch (thrown) {
    if (!isDamage(thrown)) throw asStorageError(thrown);
    setAside = putAside(path);
    database = open(path);
  }
  const store = new Kysely<Tables>({ dialect: new SqliteDialect({ database: forKysely(database) }) });
  return {
    store,
    setAside,
    async close() {
      // Statements cannot be finalised, so closing leaves the log; emptied, the one file is the whole database.
      database.exec('pragma wal_checkpoint(truncate)');
      await store.destroy();
      if (database.isOpen) database.close();
    },
  };
}
