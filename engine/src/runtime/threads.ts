/** How many threads a network pass may use: physical cores that this process may run on. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** More threads than cores make a pass slower by half: matrix products already fill a core's arithmetic units. */
export function coreCount(): number {
  const allowed = Math.min(availableParallelism(), quota());
  const cores = process.platform === 'linux' ? physicalCores(readText('/proc/cpuinfo')) : null;
  return Math.max(1, Math.floor(Math.min(allowed, cores ?? allowed)));
}

/** Distinct (socket, core) pairs in /proc/cpuinfo; null where it does not name them. */
export function physicalCores(cpuinfo: string): number | null {
  const cores = new Set<string>();
  for (const block of cpuinfo.split('\n\n')) {
    const socket = /^physical id\s*:\s*(\d+)/m.exec(block)?.[1];
    const core = /^core id\s*:\s*(\d+)/m.exec(block)?.[1];
    if (socket !== undefined && core !== undefined) cores.add(`${socket}/${core}`);
  }
  return cores.size > 0 ? cores.size : null;
}

/** CPUs a container may use per its control group; Infinity where there is no limit. */
function quota(): number {
  const [limit, period] = readText('/sys/fs/cgroup/cpu.max').trim().split(' ').map(Number);
  return limit === undefined || period === undefined || !(limit > 0) ? Number.POSITIVE_INFINITY : limit / period;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
