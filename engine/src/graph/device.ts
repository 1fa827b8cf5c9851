/**
 * The device that graphs are written for. A property of the whole process: it is settled once, before the first graph,
 * and every graph carries it to the runtime.
 */

export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;

/** Id of one of the runtime's execution providers. */
export type Device = (typeof DEVICES)[number];

let current: Device = 'cpu';

/** The device to write for. */
export const currentDevice = (): Device => current;

/** Settles it for everything that is written from now on. */
export function settleDevice(device: Device): void {
  current = device;
}

/** Writes for another device. Building a graph is synchronous, so one variable is enough. */
export function withDevice<T>(device: Device, write: () => T): T {
  const outer = current;
  current = device;
  try {
    return write();
  } finally {
    current = outer;
  }
}
