import { describe, expect, it } from 'vitest';

import { float8e4m3ToFloat, halfToFloat } from '../checkpoint/half.ts';
import { toFloat32 } from '../checkpoint/to-float32.ts';
import { fromFloat32, towardsOdd } from './numbers.ts';

const bitsOf = (values: readonly number[], dtype: 'F16' | 'BF16'): number[] => [
  ...new Uint16Array(fromFloat32(Float32Array.from(values), dtype).bytes.buffer),
];

/** All finite halves with their patterns, in the order of their values. */
const HALVES = Array.from({ length: 1 << 16 }, (_, bits) => ({ bits, value: halfToFloat(bits) }))
  .filter(({ value, bits }) => Number.isFinite(value) && bits !== 0x8000)
  .sort((a, b) => a.value - b.value);

describe('rounding to 16 bits', () => {
  it('leaves what has 16 bits as it is, whichever way it came', () => {
    const patterns = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);
    const values = toFloat32(new Uint8Array(patterns.buffer), 'F16');
    const back = new Uint16Array(fromFloat32(values, 'F16').bytes.buffer);
    const isNan = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;
    expect(back.every((bits, i) => bits === i || (isNan(bits) && isNan(i)))).toBe(true);

    const wide = toFloat32(new Uint8Array(patterns.buffer), 'BF16');
    const again = new Uint16Array(fromFloat32(wide, 'BF16').bytes.buffer);
    const isNotNumber = (bits: number): boolean => (bits & 0x7fff) > 0x7f80;
    expect(again.every((bits, i) => bits === i || (isNotNumber(bits) && isNotNumber(i)))).toBe(true);
  });

  it('takes the nearer neighbour, and between two equally near ones the even one', () => {
    for (let i = 0; i + 1 < HALVES.length; i += 7) {
      const [low, high] = [HALVES[i], HALVES[i + 1]] as [(typeof HALVES)[0], (typeof HALVES)[0]];
      const middle = (low.value + high.value) / 2;
      const even = low.bits % 2 === 0 ? low.bits : high.bits;
      const nudge = (high.value - low.value) / 64;
      const rounded = bitsOf([middle - nudge, middle, middle + nudge], 'F16');
      const plain = rounded.map((bits) => (bits === 0x8000 ? 0 : bits));
      expect(plain).toEqual([low.bits, even === 0x8000 ? 0 : even, high.bits]);
    }
  });

  it('rounds bfloat16 alike', () => {
    // 1 + 2^-8 lies between 1 (even) and 1 + 2^-7; three halves of a step between 1 + 2^-7 and 1 + 2^-6.
    expect(bitsOf([1 + 2 ** -8, 1 + 2 ** -8 + 2 ** -20, 1 + 3 * 2 ** -8], 'BF16')).toEqual([0x3f80, 0x3f81, 0x3f82]);
    expect(bitsOf([-1 - 2 ** -8 - 2 ** -20, Infinity, -0], 'BF16')).toEqual([0xbf81, 0x7f80, 0x8000]);
  });

  it('counts what was too large, and keeps what was no number before', () => {
    expect(fromFloat32(Float32Array.of(65504, 65519, 65520, -1e9, Infinity, NaN), 'F16').overflowed).toBe(2);
    expect(fromFloat32(Float32Array.of(3.39e38, 3.4028e38, Infinity), 'BF16').overflowed).toBe(1);
    expect(bitsOf([Infinity, -Infinity], 'F16')).toEqual([0x7c00, 0xfc00]);
  });

  it('from float64 rounds once: ties are broken by what float32 would have lost', () => {
    const tie = 1 + 2 ** -11;
    const above = tie + 2 ** -40;
    expect(bitsOf([Math.fround(above)], 'F16')).toEqual([0x3c00]);
    expect(bitsOf([towardsOdd(above)], 'F16')).toEqual([0x3c01]);
    expect(bitsOf([towardsOdd(tie)], 'F16')).toEqual([0x3c00]);
    const below = 1 + 3 * 2 ** -11 - 2 ** -40;
    expect(bitsOf([Math.fround(below)], 'F16')).toEqual([0x3c02]);
    expect(bitsOf([towardsOdd(below), -towardsOdd(below)], 'F16')).toEqual([0x3c01, 0xbc01]);
    expect(bitsOf([towardsOdd(-below)], 'F16')).toEqual([0xbc01]);
  });
});

describe('numbers of other files', () => {
  it('are exact as float32', () => {
    expect([...toFloat32(new Uint8Array(Float64Array.of(0.5, -3).buffer), 'F64')]).toEqual([0.5, -3]);
    expect([...toFloat32(Uint8Array.of(0x38, 0xb8, 0x7e), 'F8_E4M3')]).toEqual(
      [0x38, 0xb8, 0x7e].map(float8e4m3ToFloat),
    );
  });
});
