/**
 * Entry of a process that tries one device and says what came of it: a driver may end the process it is loaded into,
 * and that must not be the engine. Started by device.ts; the device's id is its only argument.
 */
import { DEVICES } from '../graph/device.ts';
import type { ProbeMessage } from './device.ts';
import { testDevice } from './self-test.ts';

const device = DEVICES.find((each) => each === process.argv[2]) ?? 'cpu';
let message: ProbeMessage;
try {
  message = { kind: 'compared', ...(await testDevice(device)) };
} catch (thrown) {
  message = { kind: 'refused', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
process.send?.(message, () => process.disconnect());
