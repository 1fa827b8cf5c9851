import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { SilenceWatch } from './silence-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const watching = (): { watch: SilenceWatch; hangs: number[] } => {
  const hangs: number[] = [];
  return { watch: new SilenceWatch((budgetMs) => hangs.push(budgetMs)), hangs };
};

describe('SilenceWatch', () => {
  it('accuses after the announced silence, and not before', () => {
    const { watch, hangs } = watching();
    watch.expect(30_000);
    vi.advanceTimersByTime(29_999);
    expect(hangs).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(hangs).toEqual([30_000]);
  });

  it('begins anew with every word', () => {
    const { watch, hangs } = watching();
    watch.expect(30_000);
    for (let word = 0; word < 10; word += 1) {
      vi.advanceTimersByTime(25_000);
      watch.heard();
    }
    expect(hangs).toEqual([]);
  });

  it('grants ten seconds at least, and silence without limit when nothing is expected', () => {
    const { watch, hangs } = watching();
    watch.expect(5);
    vi.advanceTimersByTime(9999);
    watch.expect(0);
    vi.advanceTimersByTime(3_600_000);
    watch.heard();
    vi.advanceTimersByTime(3_600_000);
    expect(hangs).toEqual([]);
  });

  it('never shortens what was allowed when more is asked', () => {
    const { watch, hangs } = watching();
    watch.expect(60_000);
    watch.expectAtLeast(20_000);
    vi.advanceTimersByTime(59_999);
    expect(hangs).toEqual([]);
  });

  it('accuses nobody when the computer itself slept', () => {
    const { watch, hangs } = watching();
    watch.expect(30_000);
    // The clock jumps while no timer runs.
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(30_000);
    expect(hangs).toEqual([]);
    vi.advanceTimersByTime(30_000);
    expect(hangs).toEqual([30_000]);
  });
});
