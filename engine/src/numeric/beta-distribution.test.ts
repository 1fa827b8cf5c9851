import { describe, expect, it } from 'vitest';

import { betaCumulative, betaQuantile } from './beta-distribution.ts';

describe('beta distribution', () => {
  it('is the identity for Beta(1, 1) and the arc sine law for Beta(1/2, 1/2)', () => {
    for (const x of [0.001, 0.2, 0.5, 0.77, 0.999]) {
      expect(betaCumulative(x, 1, 1)).toBeCloseTo(x, 12);
      expect(betaCumulative(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12);
    }
  });

  it('finds every quantile back', () => {
    for (const p of [1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
      expect(betaCumulative(betaQuantile(p, 0.6, 0.6), 0.6, 0.6)).toBeCloseTo(p, 10);
  });

  it('ends at 0 and 1', () => {
    expect([betaQuantile(0, 0.6, 0.6), betaQuantile(1, 0.6, 0.6)]).toEqual([0, 1]);
  });
});
