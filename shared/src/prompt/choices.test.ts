import { describe, expect, it } from 'vitest';

import { findChoices, hasChoices, resolveChoices, seededDraws, type ReadWildcard } from './choices.ts';

const FILES: Readonly<Record<string, readonly string[]>> = {
  colour: ['red', 'green', 'blue'],
  'deep/thing': ['{cat|dog} __colour__'],
  loop: ['__loop2__'],
  loop2: ['a __loop__'],
  empty: [],
  rare: ['0::never', '3::always'],
  big: ['__huge__ __huge__ __huge__ __huge__'],
  huge: ['x'.repeat(400)],
};
const readFile: ReadWildcard = (name) => FILES[name] ?? null;
const resolve = (text: string, seed = 1, limit = 1000) => resolveChoices(text, seededDraws(seed), readFile, limit);
/** Every text that 200 seeds make. */
const seen = (text: string): string[] =>
  [...new Set(Array.from({ length: 200 }, (_, seed) => resolve(text, seed).text))].sort();

describe('dynamic prompts', () => {
  it('take one of the options, each in its turn', () => {
    expect(seen('a {red|green|} fox')).toEqual(['a  fox', 'a green fox', 'a red fox']);
    expect(seen('{a|{b|c} d}')).toEqual(['a', 'b d', 'c d']);
  });

  it('take as many as asked for, none twice, with the separator given', () => {
    expect(seen('{2$$a|b|c}')).toEqual(['a, b', 'a, c', 'b, a', 'b, c', 'c, a', 'c, b']);
    expect(seen('{2$$ and $$a|b}')).toEqual(['a and b', 'b and a']);
    expect(seen('{0-1$$a}')).toEqual(['', 'a']);
    expect(seen('{5$$a|b}')).toEqual(['a, b', 'b, a']);
  });

  it('draw by weight, before a double colon or behind a single one', () => {
    const count = (text: string): number =>
      Array.from({ length: 1000 }, (_, seed) => resolve(text, seed).text).filter((each) => each === 'a').length;
    for (const text of ['{3::a|b}', '{a:3|b}', '{a:0.75|b:.25}']) {
      expect(count(text)).toBeGreaterThan(700);
      expect(count(text)).toBeLessThan(800);
    }
  });

  it('leave emphasis, schedules, escapes and tags alone', () => {
    for (const text of ['(a:1.2), [b|c], [d:e:0.5]', String.raw`\{a|b\}`, '<lora:x:0.5>', 'a | b']) {
      expect(resolve(text)).toEqual({ text, problems: [] });
      expect(hasChoices(text)).toBe(false);
    }
    expect(seen('{(a:1.2)|[b:0.5]}')).toEqual(['(a:1.2)', '[b:0.5]']);
  });

  it('make the same choices for the same seed, and others for its neighbours', () => {
    const text = '{1|2|3|4|5|6|7|8} {1|2|3|4|5|6|7|8} {1|2|3|4|5|6|7|8}';
    expect(resolve(text, 7).text).toBe(resolve(text, 7).text);
    expect(seen(text).length).toBeGreaterThan(150);
    expect(resolve(text, 2 ** 40).text).not.toBe(resolve(text, 2 ** 41).text);
  });

  it('keep a brace that does not close as it is, and say so', () => {
    expect(resolve('a {b|c')).toEqual({ text: 'a {b|c', problems: [{ kind: 'unclosed_brace', name: null }] });
    expect(resolve('a } b {2$$c')).toMatchObject({ text: 'a } b {2$$c' });
    expect(resolve('{{{'.repeat(50_000), 1, 200_000).text).toBe('{{{'.repeat(50_000));
  });
});

describe('wildcards', () => {
  it('take a line of their file, in which wildcards and braces count again', () => {
    expect(seen('a __colour__ __deep/thing__').length).toBe(18);
    expect(seen('__rare__')).toEqual(['always']);
  });

  it.each([
    ['__nobody__', 'unknown_wildcard', 'nobody'],
    ['__empty__', 'empty_wildcard', 'empty'],
    ['__loop__', 'wildcard_cycle', 'loop'],
  ])('%s is left as it stands, and the reason is said', (text, code, name) => {
    const { problems } = resolve(`a ${text} b`);
    expect(problems).toEqual([{ kind: code, name }]);
    expect(resolve(`a ${text} b`).text).toMatch(/^a .*__\w+__ b$/);
  });

  it('stop at the limit of a prompt', () => {
    const { text, problems } = resolve('__big__');
    expect(text.length).toBe(1000);
    expect(problems).toContainEqual({ kind: 'prompt_too_long', name: null });
  });
});

describe('the places of choices', () => {
  const taken = (text: string, spans: readonly { start: number; end: number }[]): string[] =>
    spans.map(({ start, end }) => text.slice(start, end));

  it('are braces, bars, counts and weights, but no text of an option', () => {
    const text = 'a {2$$ and $$0.5::red|{x|y} z|blue:2} __deep/thing__';
    const { syntax, wildcards, unpaired } = findChoices(text);
    expect(taken(text, syntax)).toEqual(['{2$$ and $$0.5::', '|', '{', '|', '}', '|', ':2}']);
    expect(wildcards).toEqual([{ name: 'deep/thing', span: { start: 38, end: 52 } }]);
    expect(unpaired).toEqual([]);
  });

  it('name braces without a partner, and leave those in them that have one', () => {
    const text = 'a } {b {c|d}';
    const { syntax, unpaired } = findChoices(text);
    expect(taken(text, syntax)).toEqual(['{', '|', '}']);
    expect(unpaired).toEqual([
      { start: 2, end: 3 },
      { start: 4, end: 5 },
    ]);
  });
});
