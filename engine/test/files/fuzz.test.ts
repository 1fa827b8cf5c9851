import { closeSync, openSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { fuzz } from './fuzz.ts';
import { drawFrom, mutate } from './mutate.ts';

describe('damaged files', () => {
  it('are opened or refused, each within a second and without touching another file', async () => {
    const { faults, files, loaded, refused } = await fuzz({ seed: 20261123, from: 0, to: 3000 });
    expect(faults).toEqual([]);
    expect(loaded + refused).toBe(files);
    // Damage that every reader shrugs off, or that none survives, would test nothing.
    expect(loaded).toBeGreaterThan(files / 20);
    expect(refused).toBeGreaterThan(files / 3);
  });

  it('are the same for the same numbers', () => {
    const sound = [Buffer.from('a sound file of some length, to be damaged')];
    const once = Array.from({ length: 50 }, (_, i) => mutate(sound, drawFrom(1, i)).toString('hex'));
    const again = Array.from({ length: 50 }, (_, i) => mutate(sound, drawFrom(1, i)).toString('hex'));
    expect(again).toEqual(once);
    expect(new Set(once).size).toBeGreaterThan(45);
  });

  it('would be told from others that are opened beside them', async () => {
    const { faults } = await fuzz({
      seed: 1,
      from: 0,
      to: 2,
      onFile: () => closeSync(openSync('/dev/null', 'r')),
    });
    expect(faults).toEqual(['file 0: /dev/null was opened', 'file 1: /dev/null was opened']);
  });
});
