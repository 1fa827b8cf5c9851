/**
 * The device that graphs are written for. A property of the whole process: it is settled once, before the first graph,
 * and every graph carries it to the runtime.
 */

export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;

/** Id of one of the runtime's execution providers. */
export type Device = (typeof DEVICES)[number];

/** What networks compute with where they may. */
export type Precision = 'f32' | 'f16';

interface Target {
  readonly device: Device;
  readonly precision: Precision;
}

let current: Target = { device: 'cpu', precision: 'f32' };

/** The device to write for. */
export const currentDevice = (): Device => current.device;
export const currentPrecision = (): Precision => current.precision;

/** Settles it for everything that is written from now on. */
export function settleDevice(device: Device, precision: Precision = 'f32'): void {
  current = { device, precision };
}

/** Writes for another device. Building a graph is synchronous, so one variable is enough. */
export function withDevice<T>(device: Device, write: () => T): T {
  const outer = current;
  current = { device, precision: 'f32' };
  try {
    return write();
  } finally {
    current = outer;
  }
}
