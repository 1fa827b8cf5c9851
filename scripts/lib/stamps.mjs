/**
 * Remembers what a step was last done for, so that it is done again only when something it reads has changed.
 *
 * A stamp is a hash of contents, not of times: a checkout or a copy that changes nothing causes no work.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'dist-types', 'coverage', 'test']);
// Tests do not end up in a build: changing one must not cause a new build.
const isTest = (name) => /\.test\.[a-z]+$/.test(name);

/** Every file below `start`, sorted, so that the order does not depend on the disk. A missing one is no file. */
function listFiles(start) {
  let entries;
  try {
    entries = readdirSync(start, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [start];
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listFiles(join(start, entry.name));
      return entry.isFile() && !isTest(entry.name) ? [join(start, entry.name)] : [];
    });
}

/** Hash of the contents and names of all files in `paths` (files or folders, relative to `root`), plus `extra` text. */
export function hashSources(root, paths, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const path of paths) {
    for (const file of listFiles(join(root, path))) {
      const content = readFileSync(file);
      hash.update(`\n${relative(root, file).replaceAll('\\', '/')} ${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex');
}

const stampFile = (root, name) => join(root, '.easel', 'stamps', name);

/** The stamp of the last time the step was done; null when never. */
export function readStamp(root, name) {
  try {
    return readFileSync(stampFile(root, name), 'utf8').trim();
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Written only after the step has succeeded; an interrupted step is done again. */
export function writeStamp(root, name, value) {
  const file = stampFile(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${value}\n`);
}
