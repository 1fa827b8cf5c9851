import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { makeScratch, SCRATCH_PREFIX } from '../../src/checkpoint/scratch.ts';

const left: string[] = [];
afterEach(() => {
  for (const folder of left.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder as a process of that number would have left it. */
function leave(prefix: string, owner: number): string {
  const folder = join(tmpdir(), `${prefix}${owner}-abcdef`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'weights'), 'numbers');
  left.push(folder);
  return folder;
}

describe('the folder for weights that had to be unpacked', () => {
  // The first use in a process sweeps, so this must be the first test.
  it('is removed for a process that was killed, and for no other', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const forgotten = leave(SCRATCH_PREFIX, dead);
    const inUse = leave(SCRATCH_PREFIX, process.pid);
    const nextDoor = leave('easel-weights-1-', dead);
    const { release } = await makeScratch();
    await release();
    expect(existsSync(forgotten)).toBe(false);
    expect(existsSync(inUse)).toBe(true);
    expect(existsSync(nextDoor)).toBe(true);
  });

  it('is gone when it is released', async () => {
    const { folder, release } = await makeScratch();
    expect(readdirSync(folder)).toEqual([]);
    await release();
    expect(existsSync(folder)).toBe(false);
  });
});
