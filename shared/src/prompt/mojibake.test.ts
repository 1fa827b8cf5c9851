import { describe, expect, it } from 'vitest';

import { repairEncoding } from './mojibake.ts';
import { ONE_BYTE_ENCODINGS } from './one-byte-encodings.ts';

/** What a text looks like when its UTF-8 bytes are read in a one-byte encoding. */
function garble(text: string, label: string): string {
  const encoding = ONE_BYTE_ENCODINGS.find((each) => each.label === label);
  const characters = new Map<number, string>();
  for (let code = 0; code < 0x10000; code++) {
    const character = String.fromCharCode(code);
    const byte = encoding?.encode(character)?.[0];
    if (byte !== undefined && !characters.has(byte)) characters.set(byte, character);
  }
  return Array.from(new TextEncoder().encode(text), (byte) => characters.get(byte) ?? '?').join('');
}

describe('repairEncoding', () => {
  it.each(ONE_BYTE_ENCODINGS.map(({ label }) => label))('undoes what %s has made of UTF-8', (label) => {
    expect(repairEncoding(garble('“schön”, the cafés', label))).toBe('“schön”, the cafés');
  });

  it.each(['привет, мир', '一只猫坐在桌子上', '😀 🐱'])('undoes what Windows-1252 has made of %s', (text) => {
    expect(repairEncoding(garble(text, 'windows-1252'))).toBe(text);
  });

  it('undoes it twice where it was done twice', () => {
    expect(repairEncoding(garble(garble('“quoted”', 'windows-1252'), 'windows-1252'))).toBe('“quoted”');
  });

  it.each([
    ['Ã la carte', 'à la carte'],
    ['voilÃ ', 'voilà '],
    ['â€œlikeâ€\ufffd', '“like\ufffd'],
    ['한글 cafÃ©', '한글 café'],
    ['\u0093quoted\u0094', '“quoted”'],
    ['\u00ed\u00a0\u00bd\u00ed\u00b8\u0080', '😀'],
  ])('repairs %s', (text, repaired) => {
    expect(repairEncoding(text)).toBe(repaired);
  });

  it.each(['café', 'masterpiece, best quality', 'Ångström', 'ПРИВЕТ', '10°C ± 2', '「引用」', 'O’Neil’s “dog”', ''])(
    'leaves %s alone',
    (text) => {
      expect(repairEncoding(text)).toBe(text);
    },
  );
});
