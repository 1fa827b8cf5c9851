/**
 * Which device networks run on, and why: what was asked for, if it is there and passes the self-test; else the CPU, with
 * a reason that a person can act on. Without being asked only CUDA is tried, where its libraries are installed.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

import { DEVICES, type Device, type Precision } from '../graph/device.ts';
import type { SelfTestResult } from './self-test.ts';

export interface DeviceReport {
  readonly device: Device;
  /** What its networks compute with where they may. */
  readonly precision: Precision;
  /** One or two sentences for the banner, the page and the log. */
  readonly reason: string;
  /** Whether another device was asked for, or expected, than the one that computes. */
  readonly isFallback: boolean;
}

/** What the process that tries a device says. */
export type ProbeMessage =
  /** `half`: the same in half precision; null where it is not tried or refused. */
  | ({ readonly kind: 'compared'; readonly half: SelfTestResult | null } & SelfTestResult)
  | { readonly kind: 'refused'; readonly message: string };

export interface Machine {
  /** Whether the runtime's libraries for a device are installed. */
  hasLibraries(device: Device): boolean;
  /** Tries the device in a process of its own. */
  probe(device: Device): Promise<ProbeMessage>;
}

/** Shaders are compiled on the way, by software adapters slowly. */
const PROBE_MS = 240_000;
const LABELS: Readonly<Record<Device, string>> = { cpu: 'The CPU', cuda: 'CUDA', webgpu: 'WebGPU' };

/** @param wanted the `--device` option: `auto`, or the id of a device */
export async function decideDevice(wanted: string, machine: Machine = thisMachine): Promise<DeviceReport> {
  if (wanted === 'cpu') return onCpu('Chosen by --device.', false);
  const asked = DEVICES.find((device) => device === wanted);
  if (wanted !== 'auto' && asked === undefined) return fallback(`There is no device called ${wanted}`);
  const device = asked ?? 'cuda';
  if (!machine.hasLibraries(device)) {
    if (asked === undefined) {
      const reason =
        'The only device that is taken unasked: CUDA libraries are not installed (see docs/guides/devices.md).';
      return onCpu(reason, false);
    }
    return fallback(
      `The libraries of the runtime for ${LABELS[device]} are not installed (see docs/guides/devices.md)`,
    );
  }
  const found = await machine.probe(device);
  if (found.kind === 'refused') return fallback(`${LABELS[device]} could not be started: ${firstLine(found.message)}`);
  const [worst] = found.wrong;
  if (worst !== undefined) {
    const off = Number.isNaN(worst.error) ? 'gives no numbers' : `is off by ${(100 * worst.error).toPrecision(2)} %`;
    const others = found.wrong.length > 1 ? `, and ${found.wrong.length - 1} more` : '';
    return fallback(`${LABELS[device]} computes wrongly here: ${worst.operation} ${off}${others}`);
  }
  const chosen = asked === undefined ? 'Found' : 'Chosen by --device';
  const precision = found.half?.wrong.length === 0 ? 'f16' : 'f32';
  const how = precision === 'f16' ? ' It computes in half precision where that is enough.' : ' It computes in float32.';
  const reason = `${chosen}; ${found.compared} operations agree with the CPU.${how}`;
  return { device, precision, reason, isFallback: false };
}

const onCpu = (reason: string, isFallback: boolean): DeviceReport => ({
  device: 'cpu',
  precision: 'f32',
  reason,
  isFallback,
});

const fallback = (why: string): DeviceReport => onCpu(`${why}. The CPU computes instead.`, true);

function firstLine(message: string): string {
  const line = (message.split('\n')[0] ?? '').trim().replace(/\.$/, '');
  return line.length > 240 ? `${line.slice(0, 240)}…` : line;
}

const thisMachine: Machine = {
  hasLibraries(device) {
    if (device !== 'cuda') return true;
    const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    return existsSync(
      join(runtime, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'),
    );
  },
  probe: (device) =>
    new Promise((resolve) => {
      const refuse = (message: string): void => resolve({ kind: 'refused', message });
      const entry = join(import.meta.dirname, `self-test-main${extname(import.meta.filename)}`);
      const child = fork(entry, [device], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      const timer = setTimeout(() => {
        refuse(`no answer within ${PROBE_MS / 1000} seconds`);
        child.kill('SIGKILL');
      }, PROBE_MS);
      child.on('message', (message) => resolve(message as ProbeMessage));
      child.on('error', (error) => refuse(error.message));
      child.on('exit', (code, signal) => {
        clearTimeout(timer);
        refuse(`trying it ended the process (${signal ?? code})`);
      });
    }),
};
