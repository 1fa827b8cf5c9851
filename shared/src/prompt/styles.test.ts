import { describe, expect, it } from 'vitest';

import { applyStyles, readStylesCsv, writeStylesCsv } from './styles.ts';

describe('styles', () => {
  it('stand around the prompt where they say so, and behind it where they do not', () => {
    expect(applyStyles('a cat', ['oil painting of {prompt}, thick paint', 'warm light'])).toBe(
      'oil painting of a cat, thick paint, warm light',
    );
    expect(applyStyles('a cat', ['', ' '])).toBe('a cat');
    expect(applyStyles('', ['warm light'])).toBe('warm light');
    expect(applyStyles('$& $1', ['x {prompt} y'])).toBe('x $& $1 y');
  });
});

describe('styles.csv', () => {
  it('is read with quotes, line breaks, a byte order mark and columns in any order', () => {
    const csv =
      '\ufeffname,negative_prompt,prompt\r\nOil,"blurry, ""bad""","oil\npainting"\r\n----- group -----,,\r\n\r\nPlain,,x\r\n';
    expect(readStylesCsv(csv)).toEqual([
      { name: 'Oil', prompt: 'oil\npainting', negativePrompt: 'blurry, "bad"' },
      { name: 'Plain', prompt: 'x', negativePrompt: '' },
    ]);
  });

  it('has its prompt in a column named text when it is old, and nothing when it is no such file', () => {
    expect(readStylesCsv('name,text\na,b')).toEqual([{ name: 'a', prompt: 'b', negativePrompt: '' }]);
    expect(readStylesCsv('hello\nworld')).toEqual([]);
    expect(readStylesCsv('')).toEqual([]);
  });

  it('comes back the same after writing', () => {
    const styles = [
      { name: 'a, "b"', prompt: 'x\ny', negativePrompt: '' },
      { name: 'c', prompt: '{prompt}', negativePrompt: 'd' },
    ];
    expect(readStylesCsv(writeStylesCsv(styles))).toEqual(styles);
  });
});
