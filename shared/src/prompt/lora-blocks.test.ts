import { describe, expect, it } from 'vitest';

import { LORA_BLOCKS, readBlockWeights } from './lora-blocks.ts';
import { countsAtStep, readStepRange, type StepRange } from './lora-steps.ts';
import { readLoraTag, takeTags } from './tags.ts';

const list = (count: number): string => Array.from({ length: count }, (_, i) => i + 1).join(',');
/** Blocks that have a weight, with it. */
const weighted = (text: string): string =>
  (readBlockWeights(text) ?? [])
    .flatMap((weight, i) => (weight === 0 ? [] : [`${LORA_BLOCKS[i]} ${weight}`]))
    .join(', ');
const tagOf = (text: string) => readLoraTag(takeTags(text).tags[0]!);

describe('block weights', () => {
  it('are 26 in all', () => {
    expect(LORA_BLOCKS.length).toBe(26);
    expect(LORA_BLOCKS[13]).toBe('MID');
    expect(readBlockWeights(list(26))).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
  });

  it('are for blocks with attention when they are fewer, and 0 for the others', () => {
    expect(weighted(list(17))).toBe(
      'BASE 1, IN01 2, IN02 3, IN04 4, IN05 5, IN07 6, IN08 7, MID 8, OUT03 9, OUT04 10, OUT05 11, OUT06 12, OUT07 13, OUT08 14, OUT09 15, OUT10 16, OUT11 17',
    );
    expect(weighted(list(12))).toBe(
      'BASE 1, IN04 2, IN05 3, IN07 4, IN08 5, MID 6, OUT00 7, OUT01 8, OUT02 9, OUT03 10, OUT04 11, OUT05 12',
    );
    expect(weighted(list(20))).toMatch(/^BASE 1, IN00 2, .*IN08 10, MID 11, OUT00 12, .*OUT08 20$/);
  });

  it.each([
    ['NONE', ''],
    ['INS', 'BASE 1, IN01 1, IN02 1, IN04 1'],
    ['MIDD', 'BASE 1, IN05 1, IN07 1, IN08 1, MID 1, OUT03 1, OUT04 1, OUT05 1, OUT06 1'],
    ['OUTS', 'BASE 1, OUT07 1, OUT08 1, OUT09 1, OUT10 1, OUT11 1'],
  ])('have the preset %s', (name, expected) => {
    expect(weighted(name)).toBe(expected);
  });

  it('of another length, or without numbers, are none', () => {
    for (const text of [list(16), list(27), '1', '', 'ins', 'R,R', `${list(16)},x`, `${list(16)},`]) {
      expect(readBlockWeights(text)).toBeNull();
    }
  });
});

describe('the steps of a LoRA', () => {
  const at = (parts: Parameters<typeof readStepRange>[0], steps: number): number[] => {
    const range = readStepRange(parts) as StepRange;
    return Array.from({ length: steps }, (_, i) => i + 1).filter((step) => countsAtStep(range, step, steps));
  };

  it('are counted from 1, the stop not among them', () => {
    expect(at({ step: '3-6' }, 8)).toEqual([3, 4, 5]);
    expect(at({ start: '3' }, 5)).toEqual([3, 4, 5]);
    expect(at({ stop: '3' }, 5)).toEqual([1, 2]);
    expect(at({ start: '0' }, 2)).toEqual([1, 2]);
    expect(at({ stop: '1' }, 2)).toEqual([]);
  });

  it('may be shares of them, as in a schedule', () => {
    expect(at({ step: '0.2-0.8' }, 10)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(at({ start: '.5' }, 5)).toEqual([3, 4, 5]);
    expect(at({ step: '0.5-1' }, 4)).toEqual([3, 4]);
    expect(at({ step: '0-0.5' }, 4)).toEqual([1, 2]);
  });

  it('are none where nothing is said, and unread where no number is', () => {
    expect(readStepRange({})).toBeNull();
    for (const parts of [{ step: '5' }, { step: '1-2-3' }, { start: 'x' }, { stop: '-1' }, { stop: '' }])
      expect(readStepRange(parts)).toBe('unread');
  });
});

describe('a LoRA tag', () => {
  it('has both in any order, and none when it says nothing', () => {
    expect(tagOf('<lora:x:1>')).toMatchObject({ blocks: null, steps: null, unread: [] });
    expect(tagOf('<lora:x:0.7:1:stop=0.5:lbw=INS>')).toMatchObject({
      textWeight: 0.7,
      unetWeight: 1,
      blocks: readBlockWeights('INS'),
      steps: { start: null, stop: { unit: 'share', value: 0.5 } },
      unread: [],
    });
  });

  it('may have block weights where the weight of the U-Net stands, as it used to be', () => {
    expect(tagOf('<lora:x:0.5:INS>')).toMatchObject({ unetWeight: 0.5, blocks: readBlockWeights('INS') });
    expect(tagOf(`<lora:x:0.5:${list(17)}>`)).toMatchObject({ unetWeight: 0.5, blocks: readBlockWeights(list(17)) });
  });

  it('says which of its parts cannot be read', () => {
    expect(tagOf('<lora:x:1:lbw=FOO:step=5>')).toMatchObject({ blocks: null, unread: ['lbw=FOO', 'step=5'] });
    expect(tagOf('<lora:x:1:1,2>')).toMatchObject({ unread: ['1,2'] });
  });
});
