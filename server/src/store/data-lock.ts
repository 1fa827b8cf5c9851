/**
 * One server per data folder. The lock is the operating system's (SQLite's on a file of its own), so it is gone with
 * the process however that ends; no process id is trusted and nothing stale is ever left to clear away.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StudioError } from '@easel/shared/errors';
import { DatabaseSync } from '@photostructure/sqlite';
import { z } from 'zod';

import { asStorageError, sqliteTrouble } from './sqlite-errors.ts';

/** Tells a second server, and people, where the first one is; holds nothing by itself. */
const NOTE_FILE = 'server.json';
const note = z.object({ pid: z.number().int(), address: z.string() });

export interface DataLock {
  /** Notes where this server answers, for whoever tries to start a second one. */
  announce(address: string): void;
  release(): void;
}

const describeHolder = (folder: string): string => {
  try {
    const { pid, address } = note.parse(JSON.parse(readFileSync(join(folder, NOTE_FILE), 'utf8')));
    return ` (process ${pid}, ${address})`;
  } catch {
    return '';
  }
};

/** @throws data_dir_in_use, storage_unavailable */
export function lockDataFolder(folder: string): DataLock {
  let database: InstanceType<typeof DatabaseSync> | null = null;
  try {
    database = new DatabaseSync(join(folder, 'lock.sqlite'));
    // Without a journal file the only trace on disk is one empty file; the transaction is never committed.
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (cause) {
    database?.close();
    if (sqliteTrouble(cause) !== 'busy') throw asStorageError(cause);
    throw new StudioError(
      'data_dir_in_use',
      `Another Easel${describeHolder(folder)} already works with the data folder ${folder}. ` +
        'Use that one, stop it, or give this one another folder with --data.',
      {},
      { cause },
    );
  }
  const held = database;
  const noteFile = join(folder, NOTE_FILE);
  rmSync(noteFile, { force: true });
  return {
    announce(address) {
      writeFileSync(noteFile, `${JSON.stringify({ pid: process.pid, address })}\n`);
    },
    release() {
      rmSync(noteFile, { force: true });
      held.close();
    },
  };
}
