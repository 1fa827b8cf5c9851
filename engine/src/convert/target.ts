/**
 * A file or folder that appears under its name when it is whole, and not before. Until then it lies beside its place
 * under a name of its own; what a killed run left there is cleared away by the next one in the same folder.
 */
import { link, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { RequestError, StudioError } from '@easel/shared/errors';

import { numberSpace } from '../checkpoint/scratch.ts';

/** The dot keeps it out of lists of models. The space in which a process's number means something, and the number, follow. */
const MARK = '.easel-making-';
const DRAFT = /^\.easel-making-(?<space>\w+)-(?<owner>\d+)-/;
/** What another container, or another machine, has not touched for so long is left over. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** The error for a write that failed. */
export function storageError(path: string, cause: unknown): StudioError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOSPC' ? 'the disk is full' : (code ?? 'unknown reason');
  return new StudioError(
    'storage_unavailable',
    `${basename(path)} cannot be written: ${why}.`,
    { file: path, hint: 'Make room or check the permissions of the folder, then try again.' },
    { cause },
  );
}

export class Target {
  private constructor(
    /** Absolute path it will have. */
    readonly path: string,
    private readonly isFolder: boolean,
    private readonly mayReplace: boolean,
    /** Where it is written until then. */
    readonly draft: string,
  ) {}

  /**
   * @throws name_taken
   * @throws storage_unavailable when the folder is not there or cannot be written
   */
  static async begin(
    path: string,
    options: { readonly isFolder: boolean; readonly mayReplace: boolean },
  ): Promise<Target> {
    if (!options.mayReplace && (await exists(path))) throw nameTaken(path);
    const folder = dirname(path);
    await sweep(folder);
    const target = new Target(
      path,
      options.isFolder,
      options.mayReplace,
      join(folder, `${MARK}${numberSpace()}-${process.pid}-${basename(path)}`),
    );
    try {
      await rm(target.draft, { recursive: true, force: true });
      if (target.isFolder) await mkdir(target.draft);
    } catch (cause) {
      throw storageError(path, cause);
    }
    return target;
  }

  /** @throws storage_unavailable where so many bytes have no room */
  async requireRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(this.path)).catch((cause: unknown) => {
      throw storageError(this.path, cause);
    });
    const free = bavail * bsize;
    if (free >= bytes) return;
    throw new StudioError(
      'storage_unavailable',
      `${basename(this.path)} needs ${bytes} bytes, and ${dirname(this.path)} has ${free} free.`,
      { file: this.path, expected: bytes, got: free, hint: 'Make room, or write with a shorter precision.' },
    );
  }

  /** Gives the draft its name, everything in it being on the disk. @throws name_taken | storage_unavailable */
  async finish(): Promise<void> {
    try {
      if (this.isFolder) await this.#finishFolder();
      else if (this.mayReplace) await rename(this.draft, this.path);
      else await this.#finishFile();
      await syncFolder(dirname(this.path));
    } catch (cause) {
      throw cause instanceof StudioError ? cause : storageError(this.path, cause);
    }
  }

  async discard(): Promise<void> {
    await rm(this.draft, { recursive: true, force: true });
  }

  /** A second name fails where the first one is taken; renaming would replace what came there meanwhile. */
  async #finishFile(): Promise<void> {
    try {
      await link(this.draft, this.path);
      await rm(this.draft);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw nameTaken(this.path);
      // Some disks know no second names.
      if (await exists(this.path)) throw nameTaken(this.path);
      await rename(this.draft, this.path);
    }
  }

  async #finishFolder(): Promise<void> {
    const isThere = await exists(this.path);
    if (isThere && !this.mayReplace) throw nameTaken(this.path);
    const old = `${this.draft}-old`;
    if (isThere) await rename(this.path, old);
    await rename(this.draft, this.path).catch(async (cause: unknown) => {
      if (isThere) await rename(old, this.path);
      throw cause;
    });
    await rm(old, { recursive: true, force: true });
  }
}

const nameTaken = (path: string): RequestError =>
  new RequestError('name_taken', `output: there already is a "${basename(path)}".`, {
    field: 'output',
    got: basename(path),
    hint: 'Choose another name, or ask for overwrite.',
  });

/** Where a system cannot sync a folder, the name comes to the disk a little later. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => null);
  await handle?.close();
}

/** Drafts of processes that are no more. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const { space, owner } = DRAFT.exec(name)?.groups ?? {};
    if (space === undefined) continue;
    const path = join(folder, name);
    const isLeft = space === numberSpace() ? !isRunning(Number(owner)) : await isForgotten(path);
    if (isLeft) await rm(path, { recursive: true, force: true }).catch(() => null);
  }
}

async function isForgotten(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  return facts !== null && Date.now() - facts.mtimeMs > FORGOTTEN_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
