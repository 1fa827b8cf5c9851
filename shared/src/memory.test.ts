import { describe, expect, it } from 'vitest';

import {
  costAt,
  estimate,
  largestThatFits,
  learn,
  leastBytes,
  NO_CALIBRATION,
  planMemory,
  type CheckpointFootprint,
  type MemoryPlan,
  type Work,
} from './memory.ts';
import { FALLBACKS } from './picture-notes.ts';

const GIGABYTE = 1e9;
const line = (flopsPerCell: number, bytesPerCell: number) =>
  [64, 4096, 65_536].map((cells) => ({ cells, flops: flopsPerCell * cells, bytes: bytesPerCell * cells }));

/** About SD 1.5: 123, 860, 50 and 34 million weights in half precision. */
const FOOTPRINT: CheckpointFootprint = {
  networks: [
    {
      role: 'text-encoder',
      stage: 'text',
      weights: 123e6,
      fileBytes: 246e6,
      passes: [{ cells: 0, flops: 13e9, bytes: 4e6 }],
    },
    { role: 'unet', stage: 'denoise', weights: 860e6, fileBytes: 1720e6, passes: line(2e8, 25_000) },
    { role: 'vae-decoder', stage: 'decode', weights: 50e6, fileBytes: 100e6, passes: line(6e8, 160_000) },
    { role: 'vae-encoder', stage: 'encode', weights: 34e6, fileBytes: 68e6, passes: line(3e8, 96_000) },
  ],
  pieces: {
    decode: { whole: line(1e8, 20_000), piece: line(5e8, 160_000) },
    encode: { whole: line(1e8, 20_000), piece: line(2e8, 96_000) },
  },
  pixelsPerCell: 8,
};
const work = (side: number, more: Partial<Work> = {}): Work => ({
  width: side,
  height: side,
  count: 1,
  passes: 40,
  prompts: 2,
  isEncoding: false,
  ...more,
});
const FAST: MemoryPlan = { weights: 'fast', isOffloading: false, pieceCells: null };
const plan = (side: number, budget: number) => planMemory(FOOTPRINT, work(side), budget, NO_CALIBRATION);

describe('the cost of a pass', () => {
  it('lies on lines between the sizes that are known and grows with the size beyond them', () => {
    const passes = line(10, 1);
    expect(costAt(passes, 2080).bytes).toBe(2080);
    expect(costAt(passes, 10).bytes).toBe(64);
    expect(costAt(passes, 2 * 65_536).bytes).toBe(2 * 65_536);
    expect(costAt(passes, 2 * 65_536).flops).toBeGreaterThan(2 * 10 * 65_536);
  });
});

describe('an estimate', () => {
  it('adds up what is resident and what runs', () => {
    const { peakBytes, heldBytes } = estimate(FOOTPRINT, work(512), FAST, NO_CALIBRATION);
    const mapped = 246e6 + 1720e6 + 100e6;
    // With what the allocator takes beyond them.
    const activations = 2.5 * (4e6 + 4096 * (25_000 + 160_000));
    expect(peakBytes - heldBytes).toBe(mapped);
    // Beside that the process, and weights that are being converted.
    expect(heldBytes - activations).toBeGreaterThan(0.5e9);
    expect(heldBytes - activations).toBeLessThan(2e9);
  });

  it('counts one network at a time where others are freed, and mapped pages apart from what is held', () => {
    const low = estimate(FOOTPRINT, work(512), { ...FAST, weights: 'low' }, NO_CALIBRATION);
    const offloaded = estimate(FOOTPRINT, work(512), { ...FAST, weights: 'low', isOffloading: true }, NO_CALIBRATION);
    expect(low.peakBytes - low.heldBytes).toBeCloseTo(246e6 + 1720e6 + 100e6, -6);
    expect(low.peakBytes - offloaded.peakBytes).toBeGreaterThan(300e6);
  });

  it('tells the time from the speed that was measured', () => {
    const known = { flopsPerSecond: { text: 1e12, denoise: 1e11, decode: 2e11 }, memoryFactor: 1 };
    const { durationMs, isMeasured } = estimate(FOOTPRINT, work(512), FAST, known);
    const seconds = (2 * 13e9) / 1e12 + (40 * 2e8 * 4096) / 1e11 + (6e8 * 4096) / 2e11;
    expect(durationMs).toBe(Math.round(seconds * 1000));
    expect(isMeasured).toBe(true);
    const two = estimate(FOOTPRINT, work(512, { count: 2 }), FAST, known).durationMs;
    expect(two).toBeGreaterThan(1.9 * durationMs);
    expect(estimate(FOOTPRINT, work(512), FAST, NO_CALIBRATION).isMeasured).toBe(false);
  });

  it('is as careful as the memory was found to need', () => {
    const once = estimate(FOOTPRINT, work(512), FAST, NO_CALIBRATION).peakBytes;
    const wary = estimate(FOOTPRINT, work(512), FAST, { flopsPerSecond: {}, memoryFactor: 1.2 }).peakBytes;
    const bold = estimate(FOOTPRINT, work(512), FAST, { flopsPerSecond: {}, memoryFactor: 0.5 }).peakBytes;
    expect(wary / once).toBeCloseTo(1.2, 1);
    expect(bold).toBe(once);
  });
});

describe('a plan', () => {
  it('gives up nothing where there is room', () => {
    expect(plan(512, 20 * GIGABYTE)).toMatchObject({ plan: FAST, fallbacks: [] });
  });

  it('gives up one thing after the other, in the stated order, as room shrinks', () => {
    const seen = new Set<string>();
    for (let budget = 12; budget > 0.4; budget -= 0.05) {
      const planned = plan(1024, budget * GIGABYTE);
      if (planned === null) continue;
      const { fallbacks } = planned;
      expect(fallbacks).toEqual(FALLBACKS.filter((each) => fallbacks.includes(each)));
      seen.add(fallbacks.join(' '));
      const { peakBytes, heldBytes } = planned.estimate;
      expect(fallbacks.includes('paged-weights') ? heldBytes : peakBytes).toBeLessThanOrEqual(budget * GIGABYTE);
    }
    const [first, second, ...rest] = [...seen];
    expect([first, second]).toEqual(['', 'vae-pieces']);
    expect(rest.at(-1)).toBe('vae-pieces low-memory-weights component-offload paged-weights');
    for (const each of FALLBACKS) expect([...seen].some((one) => one.includes(each))).toBe(true);
  });

  it('cuts no picture that is smaller than a piece', () => {
    for (let budget = 6; budget > 0.4; budget -= 0.1)
      expect(plan(128, budget * GIGABYTE)?.fallbacks ?? []).not.toContain('vae-pieces');
  });

  it('is none where nothing fits, and then says what would', () => {
    const budget = leastBytes(FOOTPRINT, work(2048), NO_CALIBRATION) - 1;
    expect(plan(2048, budget)).toBeNull();
    const largest = largestThatFits(FOOTPRINT, work(2048), budget, NO_CALIBRATION);
    expect(largest?.width).toBeLessThan(2048);
    expect(plan(largest?.width ?? 0, budget)).not.toBeNull();
    expect(plan((largest?.width ?? 0) + 64, budget)).toBeNull();
    expect(largestThatFits(FOOTPRINT, work(512), 1e6, NO_CALIBRATION)).toBeNull();
  });

  it('keeps the shape of a picture in what it offers instead', () => {
    const wide = { ...work(2048), height: 1024 };
    const budget = leastBytes(FOOTPRINT, wide, NO_CALIBRATION) * 0.8;
    const largest = largestThatFits(FOOTPRINT, wide, budget, NO_CALIBRATION);
    expect((largest?.width ?? 0) / (largest?.height ?? 1)).toBe(2);
    expect((largest?.height ?? 1) % 8).toBe(0);
  });
});

describe('a calibration', () => {
  it('takes a first speed as it is and follows later ones slowly', () => {
    const first = learn(NO_CALIBRATION, { stages: { denoise: { ms: 1000, flops: 1e11 } }, memoryFactor: null });
    expect(first.flopsPerSecond).toEqual({ denoise: 1e11 });
    const later = learn(first, { stages: { denoise: { ms: 1000, flops: 2e11 } }, memoryFactor: null });
    expect(later.flopsPerSecond.denoise).toBeCloseTo(1.3e11);
  });

  it('never grows bolder about memory, nor fearful beyond reason', () => {
    const wary = learn(NO_CALIBRATION, { stages: {}, memoryFactor: 1.3 });
    expect(learn(wary, { stages: {}, memoryFactor: 0.7 }).memoryFactor).toBe(1.3);
    expect(learn(wary, { stages: {}, memoryFactor: 90 }).memoryFactor).toBe(2);
    expect(learn(wary, { stages: { text: { ms: 0, flops: 5 } }, memoryFactor: null })).toEqual(wary);
  });
});
