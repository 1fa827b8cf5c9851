/**
 * Whether a device computes as the CPU does: every operation of our networks once, small, in the device's own dialect.
 * Devices are known that give wrong numbers without an error; a picture is no place to find out.
 */
import { build } from '../graph/build.ts';
import { withDevice, type Device, type Precision } from '../graph/device.ts';
import { inHalf } from '../graph/half.ts';
import type { Feeds, Results } from '../graph/session.ts';
import { DIALECTS, withDialect, type Dialect } from '../modules/dialect.ts';
import { numbersFor, SELF_TEST_FEEDS, selfTest } from '../modules/self-test.ts';
import { startSession } from './session.ts';

/** How far a result may be off, as a part of the largest number in it. CUDA multiplies in 19-bit floats by default. */
const TOLERANCE: Readonly<Record<Device, number>> = { cpu: 1e-5, webgpu: 1e-4, cuda: 5e-3 };

/** The same for half precision, whose numbers have eleven bits; sums that are rounded on the way go beyond it. */
const HALF_TOLERANCE = 5e-3;

export interface SelfTestResult {
  /** Operations that were compared. */
  readonly compared: number;
  /** Those that differ, the worst first, by their part of the largest number; NaN where the device gave no numbers. */
  readonly wrong: readonly { readonly operation: string; readonly error: number }[];
}

/**
 * @param forms the forms under test; the device's row of the table when absent
 * @param precision what the device computes with; compared with float32 in any case
 * @throws session_failed when the device cannot be started or refuses an operation
 */
export async function testDevice(
  device: Device,
  forms: Dialect = DIALECTS[device],
  precision: Precision = 'f32',
): Promise<SelfTestResult> {
  const feeds: Feeds = Object.fromEntries(
    Object.entries(SELF_TEST_FEEDS).map(([name, shape]) => [
      name,
      { data: numbersFor(shape.reduce((a: number, b) => a * b, 1)), shape },
    ]),
  );
  const expected = await runOn('cpu', DIALECTS.cpu, feeds, 'f32');
  const got = await runOn(device, forms, feeds, precision);
  const tolerance = precision === 'f16' ? HALF_TOLERANCE : TOLERANCE[device];
  const errors = Object.entries(expected).map(([operation, { data }]) => ({
    operation,
    error: relativeError(data, got[operation]?.data ?? new Float32Array()),
  }));
  const isWrong = ({ error }: { error: number }): boolean => !(error <= tolerance);
  const size = (error: number): number => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  return {
    compared: errors.length,
    wrong: errors.filter(isWrong).toSorted((a, b) => size(b.error) - size(a.error)),
  };
}

async function runOn(device: Device, forms: Dialect, feeds: Feeds, precision: Precision): Promise<Results> {
  const model = withDevice(device, () =>
    withDialect(forms, () => {
      const { inputs, outputs } = selfTest();
      return build('self-test', inputs, precision === 'f16' ? inHalf(outputs) : outputs);
    }),
  );
  const session = await startSession(model, 'low');
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** NaN when either holds what is no number, or they are not equally long. */
function relativeError(expected: Float32Array, got: Float32Array): number {
  if (expected.length !== got.length) return Number.NaN;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs((got[i] as number) - (expected[i] as number));
    if (Number.isNaN(off)) return Number.NaN;
    difference = Math.max(difference, off);
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return difference / largest;
}
