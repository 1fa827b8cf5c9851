import { describe, expect, it } from 'vitest';

import { drawText } from './label-text.ts';

const BOX = { width: 200, height: 60, size: 16 };
const inkOf = async (text: string): Promise<string> =>
  Buffer.from((await drawText(text, BOX))?.coverage ?? []).toString('base64');

describe('a label', () => {
  it('is drawn in the letters it is made of', async () => {
    const inks = await Promise.all(['a', 'b', 'é', 'ж', 'λ'].map(inkOf));
    expect(new Set(inks).size).toBe(5);
    expect(inks.every((ink) => ink.length > 0)).toBe(true);
  });

  it('takes no sign for markup', async () => {
    expect(await drawText('<lora:a:1> & "b"', BOX)).not.toBeNull();
  });

  it('stays within its box, however long it is', async () => {
    const long = 'a very long description of a house '.repeat(40);
    for (const text of [long, 'W'.repeat(500)]) {
      const mask = await drawText(text, BOX);
      expect(mask?.width).toBeLessThanOrEqual(BOX.width);
      expect(mask?.height).toBeLessThanOrEqual(BOX.height);
    }
  });

  it('is nothing where there is nothing to say, or no room', async () => {
    expect(await drawText(' \n', BOX)).toBeNull();
    expect(await drawText('a', { ...BOX, width: 0 })).toBeNull();
  });
});
