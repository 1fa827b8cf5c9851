import { describe, expect, it } from 'vitest';

import { replaceSpan } from './excerpt.ts';
import { findProblems, type PromptProblem } from './problems.ts';

const KNOWN = ['smile', 'frown'];
const find = (text: string, isNegative = false): PromptProblem[] =>
  findProblems(text, {
    steps: 10,
    isNegative,
    findLora: (name) => ({
      isFound: KNOWN.includes(name) || name === 'large',
      near: KNOWN.filter((known) => known[0] === name[0]),
      isFitting: name !== 'large',
    }),
    findHypernetwork: (name) => ({ isFound: name === 'known', near: name === 'knwon' ? ['known'] : [] }),
    findWildcard: (name) => ({ isFound: name === 'colour', near: name === 'color' ? ['colour'] : [] }),
  });
const codes = (text: string, isNegative = false): string[] => find(text, isNegative).map(({ kind }) => kind);
const fixed = (text: string): string => {
  const [problem] = find(text);
  return problem?.fix ? replaceSpan(text, problem.fix.span, problem.fix.text) : text;
};

describe('what is odd in a prompt', () => {
  it('is nothing in most prompts', () => {
    for (const text of ['', 'a (cat:1.2), [dog], [a:b:0.5], [c|d], <lora:smile:0.5> # ((', 'a \\( b', 'a AND b :0.5']) {
      expect(find(text)).toEqual([]);
    }
  });

  it.each([
    ['a (cat', 'bracket_not_closed', 'a \\(cat'],
    ['a [cat', 'bracket_not_closed', 'a \\[cat'],
    ['a cat:1.2)', 'bracket_not_opened', 'a cat:1.2\\)'],
    ['a | [b:c:5]', 'schedule_not_read', 'a \\| [b:c:5]'],
    ['a <lora:smiel:0.5> cat', 'lora_not_found', 'a <lora:smile:0.5> cat'],
    ['a <lora:xyz:0.5> cat', 'lora_not_found', 'a  cat'],
    ['a <xyz:0.5> cat', 'unknown_tag', 'a  cat'],
    ['a <lora:large:1> cat', 'lora_wrong_base', 'a  cat'],
    ['a <lora:smile:1:step=soon> cat', 'tag_part_not_read', 'a <lora:smile:1> cat'],
    ['a <hypernet:knwon:0.5> cat', 'hypernetwork_not_found', 'a <hypernet:known:0.5> cat'],
    ['a __color__ cat', 'wildcard_not_found', 'a __colour__ cat'],
    ['a {red|green cat', 'brace_not_paired', 'a \\{red|green cat'],
    ['a red} cat', 'brace_not_paired', 'a red\\} cat'],
    ['[a:b:12]', 'switch_never', '[a:b:0.5]'],
    ['[b:0]', 'switch_at_once', '[b:0.5]'],
    ['[0:0:0]', 'switch_at_once', '[0:0:0.5]'],
  ])('%j: %s, which becomes %j', (text, code, better) => {
    expect(codes(text)).toEqual([code]);
    expect(fixed(text)).toBe(better);
    expect(find(fixed(text))).toEqual([]);
  });

  it('is a switch that never comes, or comes at once', () => {
    expect(codes('[a:b:12] [a:b:0]')).toEqual(['switch_never', 'switch_at_once']);
    expect(codes('[a:[b:c:11]:2]')).toEqual(['switch_never']);
  });

  it('is not a bar that parts the options of a choice', () => {
    expect(codes('{a|b} [c:d:5] {2$$(e:1.2)|[f]}')).toEqual([]);
    expect(codes('__colour__ {__gone__|x}')).toEqual(['wildcard_not_found']);
  });

  it('is a tag or AND in a negative prompt', () => {
    expect(codes('a AND <lora:smile:1>', true)).toEqual(['and_in_negative', 'tag_in_negative']);
  });

  it('stands where a person typed it, comments and tags or not', () => {
    const text = '# note (\na <lora:smile:1> b AND (c';
    const [problem] = find(text);
    expect(problem && text.slice(problem.span.start, problem.span.end)).toBe('(');
    expect(problem?.span.start).toBe(text.lastIndexOf('('));
  });
});
