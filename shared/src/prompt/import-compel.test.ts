import { describe, expect, it } from 'vitest';

import { importCompel } from './import-compel.ts';

const imported = (text: string): string => importCompel(text).text;

describe('a prompt in Compel or InvokeAI syntax', () => {
  it.each([
    ['a cat++ on a (red mat)1.3', 'a (cat:1.21) on a (red mat:1.3)'],
    ['dull- light--', '(dull:0.9) (light:0.81)'],
    ['(a phrase)+, (another)---', '(a phrase:1.1), (another:0.729)'],
    ['((deep)1.2 sea)1.5', '((deep:1.2) sea:1.5)'],
    ['(plain)', 'plain'],
    ['a close-up of a well-known cat+', 'a close-up of a well-known (cat:1.1)'],
    [String.raw`C\+\+ and \(brackets\)`, String.raw`C++ and \(brackets\)`],
    ['<easynegative>, [x]', String.raw`easynegative, \[x\]`],
    ['("a red cat", "a blue+ dog").and()', 'a red cat BREAK a (blue:1.1) dog'],
    ['("a", "b", "c").and()', 'a BREAK b BREAK c'],
    ['(unclosed', String.raw`\(unclosed`],
  ])('%j becomes %j', (text, expected) => {
    expect(imported(text)).toBe(expected);
    expect(importCompel(text).notes).toEqual([]);
  });

  it('says what it has no equivalent for, and keeps the text', () => {
    expect(importCompel('("a", "b").blend(1, 0.8)').notes).toEqual([
      { kind: 'blend_not_possible', text: '("a", "b").blend(1, 0.8)' },
    ]);
    expect(importCompel('a (cat.swap(dog))1.2 b++')).toEqual({
      text: String.raw`a (cat.swap\(dog\):1.2) (b:1.21)`,
      notes: [{ kind: 'swap_not_possible', text: 'cat.swap(dog)' }],
    });
    expect(importCompel('("a", "b").blend(1, 2)').text).toBe(String.raw`\("a", "b"\).blend\(1, 2\)`);
    expect(importCompel('("a", "b").and(1, 2)').notes.map(({ kind }) => kind)).toEqual(['weights_of_and_lost']);
  });

  it('reads deep brackets without ado', () => {
    expect(imported('('.repeat(3000) + 'a' + ')'.repeat(3000)).length).toBeGreaterThan(1);
  });
});
