/**
 * A folder of this process for bytes that no file has as they are needed: removed when it is done with, when the process
 * ends, and, should it be killed, by a later one.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { toStudioError, StudioError } from '@easel/shared/errors';

const PREFIX = 'easel-weights-';
/** Another machine's processes may share the folder of temporary files: only what is surely forgotten is removed. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

export interface Scratch {
  readonly folder: string;
  release(): Promise<void>;
}

let isSwept = false;

/** @throws storage_unavailable when the system's folder for temporary files cannot be written */
export async function makeScratch(): Promise<Scratch> {
  if (!isSwept) {
    isSwept = true;
    await sweep();
  }
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)).catch((cause: unknown) => {
    throw scratchError(cause);
  });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    folder,
    release: async () => {
      process.off('exit', remove);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The error for a write below a scratch folder that failed. */
export function scratchError(cause: unknown): StudioError {
  const { message } = toStudioError(cause);
  return new StudioError(
    'storage_unavailable',
    `Weights could not be unpacked into ${tmpdir()}: ${message}`,
    { folder: tmpdir(), hint: 'Make room there, or set TMPDIR to a folder on a larger disk.' },
    { cause },
  );
}

async function sweep(): Promise<void> {
  const names = await readdir(tmpdir()).catch((): string[] => []);
  for (const name of names) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    const facts = await stat(folder).catch(() => null);
    if (facts === null || Date.now() - facts.mtimeMs < FORGOTTEN_MS) continue;
    // Another user's is none of our business.
    await rm(folder, { recursive: true, force: true }).catch(() => null);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
