/**
 * Text files that belong to a person: read within a limit and never through a link, saved whole or not at all.
 *
 * What the disk refuses becomes storage_unavailable; who may write what is the caller's business.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { RequestError, StudioError } from '@easel/shared/errors';

/** A file on disk, named by its path below the folder it was looked for in, with forward slashes. */
export interface FoundText {
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

const DEEPEST = 8;
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? '';
const isAbsent = (thrown: unknown): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(thrown));

/** What the disk said, without its paths. */
export const refusedByDisk = (thrown: unknown, what: string): StudioError =>
  thrown instanceof StudioError
    ? thrown
    : new StudioError(
        'storage_unavailable',
        `${what} (${codeOf(thrown) || 'unknown reason'}).`,
        { hint: 'Check the free space and the permissions of the data folder, then try again.' },
        { cause: thrown },
      );

/** A text and what tells it from any other. */
export const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * Every regular file below a folder with this ending; links and hidden names are left alone. A folder that is not there
 * is empty.
 *
 * @param most files looked at; the rest is left out
 */
export async function findTexts(folder: string, ending: string, most: number): Promise<FoundText[]> {
  const found: FoundText[] = [];
  const look = async (below: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((thrown: unknown) => {
      if (isAbsent(thrown) || depth > 0) return [];
      throw refusedByDisk(thrown, 'The folder cannot be read');
    });
    for (const { name, isDirectory, isFile } of entries.map((entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
      isFile: entry.isFile(),
    }))) {
      if (name.startsWith('.') || found.length >= most) continue;
      const path = below === '' ? name : `${below}/${name}`;
      if (isDirectory && depth < DEEPEST) await look(path, depth + 1);
      else if (isFile && name.toLowerCase().endsWith(ending)) {
        const file = join(folder, path);
        const facts = await lstat(file).catch(() => null);
        if (facts?.isFile() === true) found.push({ path, file, sizeBytes: facts.size, mtimeMs: facts.mtimeMs });
      }
    }
  };
  await look('', 0);
  return found;
}

/**
 * A file's text, bytes that are no UTF-8 replaced.
 *
 * @returns null when there is no such regular file, or it is larger than the limit
 * @throws storage_unavailable
 */
export async function readText(file: string, limitBytes: number): Promise<string | null> {
  try {
    const handle = await open(file, constants.O_RDONLY | NO_FOLLOW);
    try {
      const facts = await handle.stat();
      return facts.isFile() && facts.size <= limitBytes ? await handle.readFile('utf8') : null;
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (isAbsent(thrown)) return null;
    throw refusedByDisk(thrown, 'The file cannot be read');
  }
}

/** Puts a text in a file's place: whoever reads meanwhile gets the old one or the new one. @throws storage_unavailable */
export async function saveText(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${randomUUID()}.${basename(file)}`.slice(0, 200));
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => null);
    throw refusedByDisk(thrown, 'The file cannot be saved');
  }
}

/** @throws bad_name where a folder on the way to a path below `folder` is a link or a file */
export async function requireOwnPath(folder: string, path: string): Promise<string> {
  const segments = path.split('/');
  for (let depth = 1; depth < segments.length; depth++) {
    const facts = await lstat(join(folder, ...segments.slice(0, depth))).catch(() => null);
    if (facts !== null && !facts.isDirectory()) {
      throw new RequestError('bad_name', `name: ${path} leads through a link or a file.`, {
        field: 'name',
        got: path,
        hint: 'Choose a folder that is one.',
      });
    }
  }
  return join(folder, ...segments);
}

/** One thing after another, whatever became of the one before. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => null);
    return mine;
  }
}
