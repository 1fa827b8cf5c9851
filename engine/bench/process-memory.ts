/** What the kernel says this process uses. Linux only: elsewhere the numbers are absent, never guessed. */
import { readFileSync } from 'node:fs';

export interface ProcessMemory {
  readonly residentMegabytes: number | null;
  readonly peakMegabytes: number | null;
  /** Part of the resident set that is not pages of files, which the kernel may drop at will. */
  readonly anonymousMegabytes: number | null;
}

export function processMemory(): ProcessMemory {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const megabytes = (key: string): number | null => {
    const kilobytes = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  };
  return {
    residentMegabytes: megabytes('VmRSS'),
    peakMegabytes: megabytes('VmHWM'),
    anonymousMegabytes: megabytes('RssAnon'),
  };
}
