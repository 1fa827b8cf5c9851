/** When a refiner takes over, against the two references' own ways of saying it. */
import type { EngineJob } from '@easel/shared/engine';
import { describe, expect, it } from 'vitest';

import { makeSigmaTable, sigmaAt } from '../numeric/sigma-table.ts';
import { sigma, timestep } from '../numeric/sigma.ts';
import { isRefinersLevel, refinementOf } from './refine.ts';

const table = makeSigmaTable();

describe('the level a refiner takes over at', () => {
  it.each([0.2, 0.5, 0.8, 0.9])('is that of diffusers for whole timesteps, at %f', (share) => {
    // denoising_end keeps the timesteps from round(1000 - 1000 * end) on.
    const kept = Math.round(1000 - share * 1000);
    for (let t = 0; t < 1000; t++) {
      expect(isRefinersLevel(table, sigmaAt(table, timestep(t)), share), String(t)).toBe(t < kept);
    }
  });

  it('is all from 0 on, and none but below the last training step at 1', () => {
    expect(isRefinersLevel(table, sigma(14.6), 0)).toBe(true);
    expect(isRefinersLevel(table, sigma(0.03), 1)).toBe(false);
  });

  it('holds levels beyond the table for its ends', () => {
    expect(isRefinersLevel(table, sigma(100), 0.1)).toBe(false);
    expect(isRefinersLevel(table, sigma(0.001), 0.9)).toBe(true);
  });
});

describe('what is wanted of a refiner', () => {
  const source = { checkpoint: '/r' };
  const of = (parameters: object) => refinementOf({ parameters, refiner: source } as unknown as EngineJob);

  it('is nothing without one, or where it would never come', () => {
    expect(of({})).toBeNull();
    expect(refinementOf({ parameters: { refiner: 'r' } } as unknown as EngineJob)).toBeNull();
    expect(of({ refiner: 'r', refinerSwitchAt: 1 })).toBeNull();
  });

  it('is to take over, or a pass of its own', () => {
    expect(of({ refiner: 'r' })).toEqual({ source, switchAt: 0.8, strength: null });
    expect(of({ refiner: 'r', refinerMethod: 'pass', refinerStrength: 0.5, refinerSwitchAt: 1 })).toEqual({
      source,
      switchAt: null,
      strength: 0.5,
    });
  });
});
