/** The body's text: where it stops being JSON, which keys are never allowed, how deep it may be. */
import { describe, expect, it } from 'vitest';

import { findJsonError, parseJsonText } from './json-text.ts';

const refusalOf = (text: string): { code: string; message: string; details: Record<string, unknown> } => {
  try {
    parseJsonText(text);
  } catch (thrown) {
    return thrown as { code: string; message: string; details: Record<string, unknown> };
  }
  throw new Error(`accepted: ${text.slice(0, 50)}`);
};

describe('the text of a JSON body', () => {
  it.each([
    ['{"a": NaN}', 6],
    ['{"a": 1,}', 8],
    ['{"a" 1}', 5],
    ["{'a': 1}", 1],
    ['[1, 2', 5],
    ['{"a": "b', 8],
    ['{"a": "b\nc"}', 8],
    ['{"a": "\\x"}', 7],
    ['{"a": 01}', 7],
    ['{"a": +1}', 6],
    ['{"a": .5}', 6],
    ['{"a": 1} x', 9],
    ['{"a": 1]', 7],
    ['{"a": tru}', 6],
    ['', 0],
  ])('stops being JSON in %s at %i', (text, position) => {
    expect(findJsonError(text)).toBe(position);
    expect(() => JSON.parse(text)).toThrow(/JSON/);
  });

  it('agrees with the parser on what is JSON', () => {
    const good = [
      '{}',
      '[]',
      '[[],{}]',
      ' {"a":[1,-0.5e+3,true,false,null,"\\u00e9\\n"],"b":{"c":""}} ',
      '"text"',
      '12',
      '-0',
    ];
    for (const text of good) {
      expect(findJsonError(text), text).toBe(text.length);
      expect(parseJsonText(text)).toEqual(JSON.parse(text));
    }
  });

  it('agrees with the parser on texts with one character changed', () => {
    const whole = '{"a": [1, -2.5e3, true, null], "b": {"c": "d\\n\\u00e9"}}';
    for (let at = 0; at < whole.length; at += 1) {
      for (const character of ['', '"', '}', ']', ',', ':', '0', 'e', '\\', 'x']) {
        const text = whole.slice(0, at) + character + whole.slice(at + 1);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(findJsonError(text) === text.length && isJson, text).toBe(isJson);
      }
    }
  });

  it('says line and column, and that JSON has no NaN', () => {
    expect(refusalOf('{\n  "width": NaN\n}')).toMatchObject({
      code: 'bad_json',
      message: 'The body is not JSON: unexpected "N" at position 13 (line 2, column 12).',
      details: { hint: 'JSON has no NaN and no Infinity; send a number.' },
    });
    expect(refusalOf('{"a":').message).toContain('ends too early at position 5');
  });

  it('is undefined when there is nothing, and may begin with a byte order mark', () => {
    expect(parseJsonText(' \n')).toBeUndefined();
    expect(parseJsonText('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('never has keys that could reach into a prototype, at any depth', () => {
    expect(refusalOf('{"__proto__": {"x": 1}}')).toMatchObject({ code: 'bad_key', details: { field: '__proto__' } });
    expect(refusalOf('{"a": [{"constructor": 1}]}')).toMatchObject({
      code: 'bad_key',
      details: { field: 'a.0.constructor' },
    });
    expect(refusalOf('{"\\u005f_proto__": 1}').code).toBe('bad_key');
    expect(parseJsonText('{"prompt": "__proto__ constructor"}')).toEqual({ prompt: '__proto__ constructor' });
  });

  it('is refused when nested too deeply, in linear time', () => {
    const deep = (levels: number): string => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
    expect(refusalOf(deep(10_000)).code).toBe('too_deep');
    expect(parseJsonText(deep(60))).toBeDefined();
    const begun = performance.now();
    expect(refusalOf('['.repeat(4_000_000)).code).toBe('too_deep');
    expect(refusalOf(`[${'1,'.repeat(2_000_000)}`).code).toBe('bad_json');
    expect(refusalOf('{"a":"b",'.repeat(400_000)).code).toBe('bad_json');
    expect(refusalOf(`{"a": "${'\\'.repeat(4_000_000)}`).code).toBe('bad_json');
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
