/**
 * A folder of this process for bytes that no file has as they are needed: removed when it is done with, when the process
 * ends, and, should it be killed, by a later one.
 */
import { readlinkSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { toStudioError, StudioError } from '@easel/shared/errors';

/**
 * Processes are told apart by number, and numbers mean something within one system only: containers may share the folder
 * of temporary files, and what is dead here may live next door.
 */
export function numberSpace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** What names of scratch folders begin with; the number of their process follows. */
export const SCRATCH_PREFIX = `easel-weights-${numberSpace()}-`;

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
  const folder = await mkdtemp(join(tmpdir(), `${SCRATCH_PREFIX}${process.pid}-`)).catch((cause: unknown) => {
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
    if (!name.startsWith(SCRATCH_PREFIX)) continue;
    const owner = Number.parseInt(name.slice(SCRATCH_PREFIX.length), 10);
    if (!(owner > 0) || isRunning(owner)) continue;
    // Another user's is none of our business.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => null);
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
