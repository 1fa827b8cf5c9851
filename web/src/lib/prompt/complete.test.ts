import { describe, expect, it } from 'vitest';

import { completePrompt, type PromptCompletion, type PromptWords } from './complete.ts';

const WORDS: PromptWords = {
  loras: [
    { name: 'easel-riso', triggerWords: ['riso print', 'grain'], base: 'SD 1', isFitting: true, tag: 'lora' },
    { name: 'xl/riso-xl', triggerWords: [], base: 'SDXL', isFitting: false, tag: 'lora' },
    { name: 'mountain', triggerWords: [], base: null, isFitting: true, tag: 'lora' },
    { name: 'mountain-net', triggerWords: [], base: null, isFitting: true, tag: 'hypernet' },
  ],
  embeddings: [{ name: 'easel-mira', base: null, isFitting: true }],
  wildcards: [
    { name: 'colour', lines: 11 },
    { name: 'animals/bird', lines: 3 },
  ],
  styles: [
    { name: 'Gouache board', prompt: 'gouache, thick paper', negativePrompt: '' },
    { name: 'Framed', prompt: 'a frame around {prompt}', negativePrompt: 'blurry edge' },
  ],
};

/** `|` is the caret. */
function complete(marked: string, isNegative = false, isAsked = false): readonly PromptCompletion[] {
  const caret = marked.indexOf('|');
  const found = completePrompt(marked.replace('|', ''), caret, WORDS, { isNegative, isAsked });
  return found?.options ?? [];
}
const labels = (marked: string, isNegative = false, isAsked = false): string[] =>
  complete(marked, isNegative, isAsked).map(({ kind, label }) => `${kind} ${label}`);
function accept(marked: string, index = 0): string {
  const text = marked.replace('|', '');
  const option = complete(marked)[index];
  return option === undefined
    ? text
    : text.slice(0, option.replaces.start) + option.text + text.slice(option.replaces.end);
}

describe('completion of words', () => {
  it('offers what begins with the words before the caret, and nothing for a single letter', () => {
    expect(labels('a red hou|')).toEqual(['tag house']);
    expect(labels('a red h|')).toEqual([]);
    expect(labels('a red h|', false, true)).toContain('tag house');
    expect(labels('a cat, (under a sta|:1.2)')).toEqual(['tag under a starry night sky']);
    expect(labels('easel-m|')).toEqual(['embedding easel-mira']);
  });

  it('is quiet in the middle of a word, behind a whole one and in comments', () => {
    expect(labels('ho|use')).toEqual([]);
    expect(labels('a house|')).toEqual([]);
    expect(labels('a # hou|')).toEqual([]);
    expect(labels('<lora:mountain:0.|')).toEqual([]);
  });

  it('knows the trigger words of the LoRA in the prompt', () => {
    expect(labels('<lora:easel-riso:1> ris|')).toEqual(['trigger riso print']);
    expect(labels('ris|')).toEqual([]);
  });

  it('offers flaws first in a negative prompt', () => {
    expect(labels('bl|', true)[0]).toBe('tag blurry');
    expect(labels('bl|')[0]).not.toBe('tag blurry');
  });

  it('puts what was accepted in the place of what was typed', () => {
    expect(accept('a red hou|, sun')).toBe('a red house, sun');
    expect(accept('a Under a st|')).toBe('a under a starry night sky');
    expect(accept('a cat, gouache b|')).toBe('a cat, gouache, thick paper');
    expect(accept('a cat, framed|', complete('a cat, framed|').length)).toBe('a cat, framed');
    expect(accept('a cat, frame|', 1)).toBe('a frame around a cat');
  });
});

describe('completion of LoRA', () => {
  it('begins with the bracket, the fitting ones first, with and without trigger words', () => {
    expect(complete('a <|').map(({ text }) => text)).toEqual([
      '<lora:easel-riso:1> riso print, grain',
      '<lora:easel-riso:1>',
      '<lora:mountain:1>',
      '<hypernet:mountain-net:1>',
      '<lora:xl/riso-xl:1>',
    ]);
    expect(complete('a <lora:riso|').map(({ label, isUnfit }) => [label, isUnfit])).toEqual([
      ['easel-riso', false],
      ['easel-riso', false],
      ['xl/riso-xl', true],
    ]);
    expect(accept('a <lora:mou|')).toBe('a <lora:mountain:1>');
    expect(accept('a <hypernet:mou|')).toBe('a <hypernet:mountain-net:1>');
  });

  it('changes the name alone in a tag that is whole', () => {
    expect(accept('a <lora:mou|n:0.5> b')).toBe('a <lora:mountain:0.5> b');
  });

  it('is none in a negative prompt', () => {
    expect(labels('<lora:|', true)).toEqual([]);
  });
});

describe('completion of wildcards', () => {
  it('begins with two underscores and closes them', () => {
    expect(labels('a __|')).toEqual(['wildcard animals/bird', 'wildcard colour']);
    expect(accept('a __col|, b')).toBe('a __colour__, b');
    expect(accept('a __bi|x__, b')).toBe('a __animals/bird__, b');
    expect(labels('a __colour__|')).toEqual([]);
  });
});
