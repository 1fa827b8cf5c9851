import { describe, expect, it } from 'vitest';

import { drawPrompts, textsToDraw, type PromptTexts } from './draw-prompts.ts';

const typed = (prompt: string, negativePrompt = ''): PromptTexts => ({ prompt, negativePrompt });
const OIL = { name: 'Oil', prompt: '{prompt}, oil # thick', negativePrompt: 'flat' };
const LINES: Readonly<Record<string, readonly string[]>> = { n: ['1', '2', '3', '4', '5', '6', '7', '8'] };
const read = (name: string): readonly string[] | null => LINES[name] ?? null;

describe('what is drawn', () => {
  it('is nothing where nothing is to be chosen, comments and all', () => {
    for (const text of ['a cat', 'a (b:1.2) # {x|y} __n__', '[a|b] snake_case', String.raw`\{a|b\}`]) {
      expect(textsToDraw(typed(text), [])).toBeNull();
    }
  });

  it('has the styles on before choices are made, and never inside a comment', () => {
    expect(textsToDraw(typed('a {cat|dog} # nice', 'blur'), [OIL])).toEqual(typed('a {cat|dog}, oil', 'blur, flat'));
    expect(textsToDraw(typed('a', '__n__'), [])).toEqual(typed('a', '__n__'));
  });

  it('is the same for a seed, its own for each of the two texts, and unmoved by the other one', () => {
    const texts = typed('__n__ __n__ __n__', '__n__ __n__ __n__');
    const one = drawPrompts(texts, 5, read);
    expect(drawPrompts(texts, 5, read)).toEqual(one);
    expect(one.prompt).not.toBe(one.negativePrompt);
    expect(drawPrompts({ ...texts, prompt: '__n__' }, 5, read).negativePrompt).toBe(one.negativePrompt);
    const seen = new Set(Array.from({ length: 50 }, (_, seed) => drawPrompts(texts, seed, read).prompt));
    expect(seen.size).toBeGreaterThan(40);
  });

  it('tells what could not be', () => {
    expect(drawPrompts(typed('__x__', '__y__'), 1, read).problems.map(({ name }) => name)).toEqual(['x', 'y']);
  });
});
