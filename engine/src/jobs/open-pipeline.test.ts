import { describe, expect, it } from 'vitest';

import { chooseMemoryForm } from './open-pipeline.ts';

const GIGABYTE = 1e9;

describe('the memory form of a checkpoint', () => {
  it('expands weights to float32 where the budget allows it', () => {
    expect(chooseMemoryForm({ fileBytes: 2 * GIGABYTE, expandedBytes: 4 * GIGABYTE }, 8 * GIGABYTE)).toEqual({
      memory: 'fast',
      neededBytes: 4 * GIGABYTE,
    });
  });

  it('leaves weights as they are in the file where the expanded ones would not fit', () => {
    expect(chooseMemoryForm({ fileBytes: 7 * GIGABYTE, expandedBytes: 14 * GIGABYTE }, 8 * GIGABYTE)).toEqual({
      memory: 'low',
      neededBytes: 7 * GIGABYTE,
    });
  });
});
