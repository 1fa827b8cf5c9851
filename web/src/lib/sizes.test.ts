import { LIMITS } from '@easel/shared/units';
import { describe, expect, it } from 'vitest';

import { ASPECTS, aspectOf, ratioOf, sizeForAspect } from './sizes.ts';

const limit = LIMITS.width;

describe('sizes from aspects', () => {
  it.each([128, 512, 768, 1024])('stay near the native size of %i and on multiples of 8', (side) => {
    for (const aspect of ASPECTS) {
      const { width, height } = sizeForAspect(aspect, side, limit);
      expect(width % 8).toBe(0);
      expect(height % 8).toBe(0);
      expect(width * height).toBeGreaterThan(side ** 2 * 0.9);
      expect(width * height).toBeLessThan(side ** 2 * 1.1);
      // Coarser than 5 % only where a step of the grid is itself that much.
      expect(Math.abs(width / height / ratioOf(aspect) - 1)).toBeLessThan(Math.max(0.03, 8 / side));
    }
  });

  it('are the native square for 1:1', () => {
    expect(sizeForAspect('1:1', 512, limit)).toEqual({ width: 512, height: 512 });
  });

  it('rather have the exact shape than the exact number of pixels', () => {
    expect(sizeForAspect('3:2', 1024, limit)).toEqual({ width: 1248, height: 832 });
    expect(sizeForAspect('3:2', 512, limit)).toEqual({ width: 624, height: 416 });
    expect(sizeForAspect('4:3', 128, limit)).toEqual({ width: 152, height: 112 });
  });

  it('are the same turned by a quarter for the turned aspect', () => {
    const wide = sizeForAspect('16:9', 512, limit);
    expect(sizeForAspect('9:16', 512, limit)).toEqual({ width: wide.height, height: wide.width });
  });

  it('stay inside the limits where the native size is at their edge', () => {
    for (const aspect of ASPECTS) {
      for (const side of [64, 2048]) {
        const { width, height } = sizeForAspect(aspect, side, limit);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(64);
        expect(Math.max(width, height)).toBeLessThanOrEqual(2048);
      }
    }
  });

  it('are recognised again, and other sizes are not', () => {
    for (const aspect of ASPECTS) expect(aspectOf(sizeForAspect(aspect, 512, limit), 512, limit)).toBe(aspect);
    expect(aspectOf({ width: 520, height: 512 }, 512, limit)).toBeNull();
  });
});
