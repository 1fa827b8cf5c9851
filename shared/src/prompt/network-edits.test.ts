import { describe, expect, it } from 'vitest';

import {
  addLora,
  addWords,
  embeddingWeight,
  hasWords,
  listLoras,
  removeEmbedding,
  removeLora,
  renameLoras,
  switchLora,
  weighEmbedding,
  weighLora,
  type LoraUse,
} from './network-edits.ts';

const first = (prompt: string): LoraUse => listLoras(prompt)[0] as LoraUse;

describe('the LoRA of a prompt', () => {
  it('are listed with their weights, those that are off too', () => {
    const prompt = 'a <lora:one:0.5> cat <lora:two:1:0>\n# <lora:three:-0.8>\nend # not <lora:four:1> this';
    expect(listLoras(prompt)).toMatchObject([
      { name: 'one', unetWeight: 0.5, textWeight: 0.5, isOn: true },
      { name: 'two', unetWeight: 0, textWeight: 1, isOn: true },
      { name: 'three', unetWeight: -0.8, isOn: false },
    ]);
    for (const { span, name } of listLoras(prompt)) {
      expect(prompt.slice(span.start, span.end)).toMatch(new RegExp(`^<lora:${name}:.*>$`));
    }
  });

  it.each([
    ['', '<lora:x:1>'],
    ['a cat', 'a cat <lora:x:1>'],
    ['a cat\n', 'a cat\n<lora:x:1>'],
    ['a cat\n# <lora:y:1>', 'a cat\n# <lora:y:1>\n<lora:x:1>'],
  ])('get one more behind %j', (prompt, expected) => {
    expect(addLora(prompt, 'x')).toBe(expected);
    expect(listLoras(expected).some(({ name, isOn }) => name === 'x' && isOn)).toBe(true);
  });

  it.each([
    ['a <lora:x:1> cat', 'a cat'],
    ['a cat <lora:x:1>', 'a cat'],
    ['<lora:x:1> a cat', 'a cat'],
    ['a,<lora:x:1>b', 'a,b'],
    ['a cat\n<lora:x:1>\nb', 'a cat\nb'],
    ['a cat\n# <lora:x:1>', 'a cat'],
    ['# <lora:x:1>\na cat', 'a cat'],
    ['a cat # <lora:x:1>\nb', 'a cat\nb'],
    ['<lora:x:1>', ''],
  ])('lose one: %j', (prompt, expected) => expect(removeLora(prompt, first(prompt))).toBe(expected));

  it('are switched off into a comment and on again, with their weight', () => {
    const off = switchLora('a <lora:x:0.7> cat', first('a <lora:x:0.7> cat'), false);
    expect(off).toBe('a cat\n# <lora:x:0.7>');
    const on = switchLora(off, first(off), true);
    expect(on).toBe('a cat\n<lora:x:0.7>');
    expect(switchLora(on, first(on), false)).toBe(off);
    expect(switchLora(on, first(on), true)).toBe(on);
  });

  it('get other names, with all else in their tags', () => {
    const prompt = 'a <lora:x:0.5:1> <lyco:y:1:te=0> <lora:x> # <lora:x:1>';
    expect(renameLoras(prompt, (name) => (name === 'x' ? 'people/z' : null))).toBe(
      'a <lora:people/z:0.5:1> <lyco:y:1:te=0> <lora:people/z> # <lora:x:1>',
    );
  });

  it.each([
    ['<lora:x>', 0.5, undefined, '<lora:x:0.5>'],
    ['<lora:x:1>', 0.5, undefined, '<lora:x:0.5>'],
    ['<lora:x:1>', 0.5, 1, '<lora:x:1:0.5>'],
    ['<lora:x:1:0.5>', 0.25, 1, '<lora:x:1:0.25>'],
    ['<lora:x:1:0.5>', 0.25, 0.25, '<lora:x:0.25>'],
    ['<lora:x:1:0.5:8>', 0.25, 0.25, '<lora:x:0.25:0.25:8>'],
    ['<lyco:x:te=1:unet=2:dyn=4>', -0.5, 0, '<lyco:x:1:te=0:unet=-0.5:dyn=4>'],
    ['<lora:x:1:step=0-5>', 0.3333333, undefined, '<lora:x:0.333:step=0-5>'],
    ['<lora:x:1:1,0,0>', 0.5, 1, '<lora:x:1:1,0,0:unet=0.5>'],
  ])('are weighed: %s as %d and %s', (tag, unet, text, expected) => {
    const prompt = `a ${tag} b`;
    const written = weighLora(prompt, first(prompt), unet, text);
    expect(written).toBe(`a ${expected} b`);
    const read = first(written);
    expect([read.unetWeight, read.textWeight].map((value) => Math.round(value * 1000))).toEqual(
      [unet, text ?? unet].map((value) => Math.round(value * 1000)),
    );
  });
});

describe('words', () => {
  it.each([
    ['', 'ink', 'ink'],
    ['a cat', 'ink', 'a cat, ink'],
    ['a cat,', 'ink', 'a cat, ink'],
    ['a cat <lora:x:1> <lora:y:1>', 'ink', 'a cat, ink <lora:x:1> <lora:y:1>'],
    ['a cat\n# <lora:x:1>', 'ink', 'a cat, ink\n# <lora:x:1>'],
    ['<lora:x:1>', 'ink', 'ink <lora:x:1>'],
  ])('are put behind the others of %j', (prompt, words, expected) => expect(addWords(prompt, words)).toBe(expected));

  it('are found as words', () => {
    expect(hasWords('a Riso Print of it', 'riso print')).toBe(true);
    expect(hasWords('charming', 'charm')).toBe(false);
    expect(hasWords('(charm:1.2)', 'charm')).toBe(true);
    expect(hasWords('a c++ cat', 'c++')).toBe(true);
    expect(hasWords('a by-my_name.v1 cat', 'by-my_name.v1')).toBe(true);
  });
});

describe('an embedding in a prompt', () => {
  it('has the weight of a bracket of its own', () => {
    expect(embeddingWeight('a charm', 'charm')).toBe(1);
    expect(embeddingWeight('(charm:0.8), b', 'charm')).toBe(0.8);
    expect(embeddingWeight('(a charm:0.8)', 'charm')).toBe(1);
    expect(embeddingWeight('charming', 'charm')).toBeNull();
  });

  it('is weighed and taken out', () => {
    expect(weighEmbedding('a, charm, b', 'charm', 1.2)).toBe('a, (charm:1.2), b');
    expect(weighEmbedding('a, (charm:1.2), b', 'charm', 0.5)).toBe('a, (charm:0.5), b');
    expect(weighEmbedding('a, (charm:1.2), b', 'charm', 1)).toBe('a, charm, b');
    expect(removeEmbedding('a, (charm:1.2), b', 'charm')).toBe('a, b');
    expect(removeEmbedding('a, charm', 'charm')).toBe('a');
    expect(removeEmbedding('charm, a', 'charm')).toBe('a');
  });
});
