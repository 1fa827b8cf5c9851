/**
 * Entry of a process that tries one device and says what came of it: a driver may end the process it is loaded into,
 * and that must not be the engine. Started by device.ts; the device's id is its only argument.
 */
import { DEVICES, type Device } from '../graph/device.ts';
import { DIALECTS } from '../modules/dialect.ts';
import type { ProbeMessage } from './device.ts';
import { testDevice, type SelfTestResult } from './self-test.ts';

const device = DEVICES.find((each) => each === process.argv[2]) ?? 'cpu';
let message: ProbeMessage;
try {
  message = { kind: 'compared', ...(await testDevice(device)), half: await halfOf(device) };
} catch (thrown) {
  message = { kind: 'refused', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
/** Half precision is tried where the table has it; a device that refuses it computes in float32. */
async function halfOf(device: Device): Promise<SelfTestResult | null> {
  if (DIALECTS[device].half.length === 0) return null;
  return testDevice(device, DIALECTS[device], 'f16').catch(() => null);
}

process.send?.(message, () => process.disconnect());
