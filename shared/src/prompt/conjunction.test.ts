import { describe, expect, it } from 'vitest';

import { splitConjunction } from './conjunction.ts';
import { dropComments, readHypernetworkTag, readLoraTag, takeTags } from './tags.ts';

const parts = (text: string): [string, number][] => splitConjunction(text).map((part) => [part.text, part.weight]);

describe('prompts joined by AND', () => {
  it('have a weight each, 1 when none is written', () => {
    expect(parts('a cat :1.2 AND a dog AND a penguin :2.2')).toEqual([
      ['a cat', 1.2],
      [' a dog', 1],
      [' a penguin', 2.2],
    ]);
    expect(parts('a: -0.5 AND b:.5')).toEqual([
      ['a', -0.5],
      [' b', 0.5],
    ]);
  });

  it('are cut at the word only, whatever brackets it stands in', () => {
    expect(parts('SAND ANDY and')).toEqual([['SAND ANDY and', 1]]);
    expect(parts('(a AND b)').length).toBe(2);
  });

  it('leaves a single prompt as it is', () => {
    expect(parts(' a ')).toEqual([[' a ', 1]]);
  });
});

describe('tags', () => {
  const lora = (text: string): unknown => {
    const [tag] = takeTags(text).tags;
    return tag && readLoraTag(tag);
  };

  it('leave the prompt with the spaces around them', () => {
    const { prompt, tags } = takeTags('a <lora:x:0.5>, b <hypernet:h:1>');
    expect(prompt.text).toBe('a , b ');
    expect(tags.map(({ kind }) => kind)).toEqual(['lora', 'hypernet']);
    expect(prompt.pieces).toEqual([
      { start: 0, end: 2 },
      { start: 14, end: 18 },
    ]);
  });

  it.each([
    ['<lora:x>', 'x', 1, 1, null],
    ['<lora:x:0.5>', 'x', 0.5, 0.5, null],
    ['<lora:x:0.5:-1>', 'x', 0.5, -1, null],
    ['<lora:x:0:1:8>', 'x', 0, 1, 8],
    ['<lora:x:1:unet=0.5>', 'x', 1, 0.5, null],
    ['<lora:x:te=0.3:dyn=4>', 'x', 0.3, 0.3, 4],
    ['<lyco:x:y>', 'x', 1, 1, null],
    ['<lora:a=b:0.5>', 'a=b', 0.5, 0.5, null],
  ])('%s asks for %s with %d and %d', (text, name, textWeight, unetWeight, rankLimit) => {
    expect(lora(text)).toMatchObject({ name, textWeight, unetWeight, rankLimit });
  });

  it.each([
    ['<hypernet:h>', { name: 'h', weight: 1 }],
    ['<hypernet: h :-0.5>', { name: 'h', weight: -0.5 }],
    ['<hypernet:h:strong>', { name: 'h', weight: 1 }],
    ['<lora:h:0.5>', null],
  ])('%s asks for the hypernetwork %j', (text, asked) => {
    expect(readHypernetworkTag(takeTags(text).tags[0]!)).toEqual(asked);
  });

  it('of other kinds are no LoRA, and what does not close is text', () => {
    expect(lora('<hypernet:h:1>')).toBeNull();
    expect(takeTags('a <lora:x:1 b').prompt.text).toBe('a <lora:x:1 b');
  });
});

describe('comments', () => {
  it('go with their line when they are all of it', () => {
    expect(dropComments('a\n# note\nb # more\nc').text).toBe('a\nb \nc');
    expect(dropComments('# only').text).toBe('');
  });
});
