import { describe, expect, it } from 'vitest';

import { editWeight, type Selected } from './edit-weight.ts';

/** `«»` is a caret, `«words»` a selection. */
function parse(marked: string): Selected {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  return { text: marked.replace(/[«»]/g, ''), start, end };
}
function press(marked: string, keys: string): string {
  let selected = parse(marked);
  for (const key of keys) selected = editWeight(selected, key === 'U' ? 1 : -1);
  return selected.text;
}

describe('editing weights with the keyboard', () => {
  // ../shared/specs/interface.md 4.3, made by the reference's logic.
  it.each([
    ['a «cat»', 'U', 'a (cat:1.1)'],
    ['a «cat»', 'UU', 'a (cat:1.2)'],
    ['a «cat»', 'UUDD', 'a cat'],
    ['((c«»at))', 'U', '(cat:1.3)'],
    ['[«cat»]', 'D', '(cat:0.8)'],
    ['(c«»at:1.3)', 'D', '(cat:1.2)'],
    ['<lora:x«»:0.8>', 'U', '<lora:x:0.85>'],
    ['<lora:x:0.8:«»0.5>', 'U', '<lora:x:0.8:0.55>'],
    ['«red cat»', 'U', '(red cat:1.1)'],
  ])('%s and %s give %s', (marked, keys, expected) => {
    expect(press(marked, keys)).toBe(expected);
  });

  it('edits the number of a tag also where its name is selected', () => {
    expect(press('<lora:«x»:0.8>', 'U')).toBe('<lora:x:0.85>');
    expect(press('<lora:«x»>', 'D')).toBe('<lora:x:0.95>');
  });

  it('takes the word at the caret, and spaces at the ends of a selection away', () => {
    expect(press('a big c«»at, dog', 'U')).toBe('a big (cat:1.1), dog');
    expect(press('a« big cat »', 'U')).toBe('a (big cat:1.1) ');
    expect(press('a «» b', 'U')).toBe('a  b');
  });

  it('takes all that a bracket holds when the caret is in it', () => {
    expect(press('(red, blue «»sky:1.3), x', 'U')).toBe('(red, blue sky:1.4), x');
    expect(press('(a (b) c«»)', 'U')).toBe('(a (b) c:1.2)');
  });

  it('comes back to where it was, whatever is pressed', () => {
    for (const marked of ['a «cat»', 'the «red cat» sits', '«x»']) {
      expect(press(marked, 'UUUUUDDDDD')).toBe(parse(marked).text);
      expect(press(marked, 'DDDUUU')).toBe(parse(marked).text);
    }
  });
});
