/** A database from before there were roots and kinds: what was known of models stays known. */
import { DatabaseSync } from '@photostructure/sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openDatabase } from '../src/store/database.ts';
import { firstTables } from '../src/store/migrations/first-tables.ts';
import { keyText, ModelRecords } from '../src/store/model-records.ts';

it('models of the first tables become files of the own folder, with their hashes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'easel-migration-'));
  const before = new DatabaseSync(join(folder, 'easel.sqlite'));
  before.exec(`${firstTables}; pragma user_version = 1`);
  before
    .prepare('insert into models (path, size_bytes, mtime_ms, examiner, sha256) values (?, ?, ?, ?, ?)')
    .run('sub/a.safetensors', 7, 1.5, 'engine', 'ab'.repeat(32));
  before.close();

  const { store, close } = openDatabase(folder);
  const records = await new ModelRecords(store).all();
  expect([...records.values()]).toEqual([
    expect.objectContaining({
      root: '',
      path: 'checkpoints/sub/a.safetensors',
      kind: 'checkpoint',
      sizeBytes: 7,
      mtimeMs: 1.5,
      examiner: 'engine',
      sha256: 'ab'.repeat(32),
      // The other hashes are still to come.
      isHashed: false,
    }),
  ]);
  expect(records.has(keyText({ root: '', path: 'checkpoints/sub/a.safetensors' }))).toBe(true);
  await close();
  await rm(folder, { recursive: true, force: true });
});
