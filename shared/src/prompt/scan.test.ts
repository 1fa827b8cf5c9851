import { describe, expect, it } from 'vitest';

import { parseSchedule } from './schedule.ts';
import { scanPrompt, TOKEN, type ScanLayer } from './scan.ts';
import { parseWeights } from './weights.ts';

/** Repeatable noise: the same texts on every run. */
function* texts(count: number): Generator<string> {
  const alphabet = [
    'a',
    'B',
    ' ',
    '(',
    ')',
    '[',
    ']',
    ':',
    '|',
    '\\',
    ',',
    '1',
    '.',
    '\n',
    '<',
    '>',
    '#',
    '_',
    '{',
    '}',
    '$',
    '-',
    'é',
    '東',
    '😀',
    '\ud800',
    'BREAK',
    ' AND ',
    '<lora:x:1>',
    '__w__',
    '$$',
    ':0.5]',
  ];
  let state = 12_345;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < count; i++)
    yield Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)]).join('');
}

const LAYERS: readonly ScanLayer[] = ['prompt', 'source', 'choices'];

describe('the scanner', () => {
  it('gives back any text when its tokens are put together', () => {
    for (const text of texts(3000)) {
      for (const layer of LAYERS) {
        const scan = scanPrompt(text, layer);
        const tokens = Array.from({ length: scan.length }, (_, i) => scan.slice(i));
        expect(tokens.join('')).toBe(text);
        expect(tokens).not.toContain('');
      }
    }
  });

  it('finds tags, comments, wildcards and choices where a person types them, and not in a prompt made ready', () => {
    const kinds = (layer: ScanLayer): number[] => {
      const scan = scanPrompt('<lora:a:1> __b/c__ {x|2$$y} #z', layer);
      return Array.from({ length: scan.length }, (_, i) => scan.kind(i));
    };
    expect(kinds('source')).toEqual([
      TOKEN.tag,
      TOKEN.text,
      TOKEN.wildcard,
      TOKEN.text,
      TOKEN.curlyOpen,
      TOKEN.text,
      TOKEN.bar,
      TOKEN.text,
      TOKEN.dollars,
      TOKEN.text,
      TOKEN.curlyClose,
      TOKEN.text,
      TOKEN.comment,
    ]);
    expect(kinds('prompt')).toEqual([
      TOKEN.text,
      TOKEN.colon,
      TOKEN.text,
      TOKEN.colon,
      TOKEN.text,
      TOKEN.bar,
      TOKEN.text,
    ]);
  });
});

describe('reading a prompt', () => {
  it('keeps every character in its place, whatever is typed', () => {
    for (const text of texts(3000)) {
      for (const run of parseWeights(text)) {
        expect(run.pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(run.text);
        expect(Number.isNaN(run.weight)).toBe(false);
      }
      const { nodes } = parseSchedule(text);
      // Neither gaps nor overlaps: the nodes lie one behind the other from end to end.
      let at = 0;
      for (const { span } of nodes) {
        expect(span.start).toBe(at);
        at = span.end;
      }
      expect(at).toBe(text.length);
    }
  });

  // Time is bounded by the way it works, not by a clock: a quadratic reading of these would take minutes.
  it.each([
    ['openers', '('.repeat(1_000_000)],
    ['both openers', '(['.repeat(500_000)],
    ['pairs', '()'.repeat(500_000)],
    ['deep pairs', '('.repeat(500_000) + ')'.repeat(500_000)],
    ['openers with text', '(a'.repeat(500_000)],
    ['schedules in deep brackets', '('.repeat(200_000) + '[a:1]'.repeat(100_000) + ')'.repeat(200_000)],
    ['deep schedules', '['.repeat(200_000) + 'a' + ':1]'.repeat(200_000)],
    ['deep alternations', '['.repeat(200_000) + 'a' + '|b]'.repeat(200_000)],
    ['tags that never close', '<lora:'.repeat(150_000)],
    ['wildcards that never close', '__a'.repeat(300_000)],
    ['white space before breaks', `${' '.repeat(500_000)}BREAK`.repeat(2)],
  ])('reads a megabyte of %s in time that grows with its length', { timeout: 60_000 }, (_, text) => {
    scanPrompt(text, 'source');
    expect(parseWeights(text).length).toBeGreaterThan(0);
    expect(parseSchedule(text).nodes.length).toBeGreaterThan(0);
  });
});
