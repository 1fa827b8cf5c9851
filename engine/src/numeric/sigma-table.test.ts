import { describe, expect, it } from 'vitest';

import { highestSigma, lowestSigma, makeSigmaTable, sigmaAt, timestepAt } from './sigma-table.ts';
import { sigma, timestep, type Sigma } from './sigma.ts';

describe('sigma table', () => {
  const table = makeSigmaTable();

  it('has the levels SD1 was trained at', () => {
    expect(table.sigmas).toHaveLength(1000);
    expect(lowestSigma(table)).toBeCloseTo(0.0291675, 7);
    expect(highestSigma(table)).toBeCloseTo(14.614642, 5);
  });

  it('finds the timestep of every level back, whole and fractional', () => {
    for (let t = 0; t < 999; t += 0.37) expect(timestepAt(table, sigmaAt(table, timestep(t)))).toBeCloseTo(t, 2);
  });

  it('gives the first and last timestep to levels outside', () => {
    expect(timestepAt(table, sigma(0.001))).toBe(0);
    expect(timestepAt(table, sigma(80))).toBe(999);
  });

  it('ends at nearly pure noise with zero terminal SNR, and keeps its first level', () => {
    const zeroSnr = makeSigmaTable({ zeroTerminalSnr: true });
    expect(highestSigma(zeroSnr)).toBeCloseTo(4518.76, 1);
    expect(lowestSigma(zeroSnr)).toBeCloseTo(lowestSigma(table), 5);
  });

  it('does not compile when level and timestep are swapped', () => {
    const asLevel = (level: Sigma): number => level;
    // @ts-expect-error a timestep is not a noise level
    expect(asLevel(timestep(3))).toBe(3);
    // @ts-expect-error a plain number is not one either
    expect(asLevel(3)).toBe(3);
  });
});
