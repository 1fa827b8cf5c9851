/** Which device networks run on, and why: the CPU, in every case so far. */

export interface DeviceReport {
  /** Id of the execution provider. */
  readonly device: 'cpu';
  /** One sentence for the banner and the health page. */
  readonly reason: string;
}

/** @param wanted the `--device` option: `auto`, or the id of a device */
export function describeDevice(wanted: string): DeviceReport {
  if (wanted === 'auto') return { device: 'cpu', reason: 'The CPU is the only device this version computes on.' };
  if (wanted === 'cpu') return { device: 'cpu', reason: 'Chosen by --device.' };
  return { device: 'cpu', reason: `--device ${wanted} is not available in this version, so the CPU computes.` };
}
