/**
 * npm run bench -- [checkpoint]
 *
 * Speed and memory of the SD 1.5 UNet from a full-size checkpoint (npm run formula-checkpoint makes one): ms per step,
 * the share of this machine's sgemm ceiling measured in the same process, load time against a raw read of the file, and
 * peak memory in both memory forms. Only the ratios mean something away from this machine.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { FORMULA_CHECKPOINT } from './paths.ts';
import type { ProcessMemory } from './process-memory.ts';

interface Measured {
  readonly form: string;
  readonly loadMs: number;
  readonly stepMs: number;
  readonly stepsMs: readonly number[];
  readonly ceilingGflops: number;
  readonly stepGflops: number;
  readonly loaded: ProcessMemory;
  readonly running: ProcessMemory;
  readonly released: ProcessMemory;
}

/** Sequential read through one buffer, page cache as it is: what a load is held against. */
function rawReadMs(file: string): number {
  const buffer = Buffer.allocUnsafe(8 << 20);
  const handle = openSync(file, 'r');
  const startedAt = performance.now();
  while (readSync(handle, buffer) > 0);
  closeSync(handle);
  return performance.now() - startedAt;
}

function measure(file: string, form: 'fast' | 'low'): Measured {
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'measure-unet.ts'), file, form],
    {
      encoding: 'utf8',
      // Large blocks go back to the kernel when a session is released.
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '1048576' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(output) as Measured;
}

const [file = FORMULA_CHECKPOINT] = process.argv.slice(2);
if (!existsSync(file)) {
  console.error(`There is no ${file}. Make it with: npm run formula-checkpoint`);
  process.exit(2);
}
const bytes = statSync(file).size;
rawReadMs(file);
const raw = rawReadMs(file);
console.log(
  `${file}: ${(bytes / 1e9).toFixed(2)} GB, raw read ${Math.round(raw)} ms (${(bytes / raw / 1e6).toFixed(1)} GB/s, from the page cache)`,
);
console.log(
  'form  load ms  of raw  step ms  GFLOP/s  ceiling  share  loaded MB  running MB (anonymous)  peak MB  after release MB',
);
for (const form of ['fast', 'low'] as const) {
  const { loadMs, stepMs, stepGflops, ceilingGflops, loaded, running, released } = measure(file, form);
  const cells = [
    form.padEnd(4),
    String(loadMs).padStart(8),
    (loadMs / raw).toFixed(2).padStart(7),
    String(stepMs).padStart(8),
    String(stepGflops).padStart(8),
    String(ceilingGflops).padStart(8),
    `${Math.round((100 * stepGflops) / ceilingGflops)} %`.padStart(6),
    String(loaded.residentMegabytes).padStart(10),
    `${running.residentMegabytes} (${running.anonymousMegabytes})`.padStart(23),
    String(running.peakMegabytes).padStart(8),
    String(released.residentMegabytes).padStart(17),
  ];
  console.log(cells.join(' '));
}
