/** The reader against every example and vector of the specification, and against texts made to hurt it. */
import { describe, expect, it } from 'vitest';

import { examples } from './examples.test-data.ts';
import { readInfotext, type Infotext } from './read.ts';

const example = (name: string): Infotext => {
  const found = examples.find((candidate) => candidate.name.includes(name));
  return readInfotext(found?.lines.join('\n') ?? '');
};

describe('the reader of infotexts', () => {
  it.each(examples)('reads $name', ({ lines, prompt, negativePrompt, fields }) => {
    const read = readInfotext(lines.join('\n'));
    expect(read.prompt).toBe(prompt);
    expect(read.negativePrompt).toBe(negativePrompt);
    expect(Object.fromEntries(read.fields)).toEqual(fields);
  });

  it('keeps the objects of Civitai together, commas in their names and all', () => {
    expect(example('Civitai').resources).toEqual([
      { type: 'checkpoint', modelVersionId: 128078, modelName: 'SD XL', modelVersionName: 'v1.0 VAE fix' },
      {
        type: 'lora',
        weight: 0.85,
        modelVersionId: 210432,
        modelName: 'Double Exposure, v2',
        modelVersionName: 'v1.0',
      },
    ]);
  });

  it('reads hashes as an object and tells an old model hash and an old version', () => {
    const read = example('old style');
    expect([...read.hashes]).toEqual([
      ['model', '6ce0161689'],
      ['lora:foo', 'abcdef0123'],
    ]);
    expect(read.fields.has('lora')).toBe(false);
    expect(read.hasLegacyModelHash).toBe(true);
    expect(read.webuiVersion).toEqual([1, 5, 1, 2]);
  });

  it('knows ten digits as a new hash and other programs as no WebUI', () => {
    const read = readInfotext('a\nSteps: 1, Seed: 2, Model hash: 6ce0161689, Version: f2.0.1v1.10.1');
    expect(read.hasLegacyModelHash).toBe(false);
    expect(read.webuiVersion).toBeNull();
  });

  it('takes a last line with two settings for prompt text', () => {
    const read = readInfotext('cat\nSteps: 20, Sampler: Euler');
    expect(read.prompt).toBe('cat\nSteps: 20, Sampler: Euler');
    expect(read.fields.size).toBe(0);
  });

  it('continues the negative prompt at a second label', () => {
    const read = readInfotext('cat\nNegative prompt: dog\nNegative prompt: again\nSteps: 1, Sampler: Euler, Seed: 2');
    expect(read.prompt).toBe('cat');
    expect(read.negativePrompt).toBe('dog\nagain');
  });

  it('keeps empty lines inside a prompt and trims the others', () => {
    const read = readInfotext('cat\n\n  second  \nNegative prompt: \nSteps: 1, Sampler: Euler, Seed: 2');
    expect(read.prompt).toBe('cat\n\nsecond');
    expect(read.negativePrompt).toBe('');
  });

  it('returns a bare value with quotes inside as it is', () => {
    const read = readInfotext('a\nSteps: 1, Model: my"quoted" model, Seed: 2');
    expect(read.fields.get('Model')).toBe('my"quoted" model');
  });

  it('trims the carriage returns of Windows line ends', () => {
    const read = readInfotext('cat\r\nNegative prompt: dog\r\nSteps: 1, Sampler: Euler, Seed: 2\r\n');
    expect(read).toMatchObject({ prompt: 'cat', negativePrompt: 'dog' });
    expect(read.fields.get('Seed')).toBe('2');
  });

  it('takes apart what Civitai wrote on one line', () => {
    const read = readInfotext('a cat, sitting Negative prompt: dog Steps: 23, Sampler: Euler a, CFG scale: 7, Seed: 5');
    expect(read).toMatchObject({ prompt: 'a cat, sitting', negativePrompt: 'dog' });
    expect(read.fields.get('Steps')).toBe('23');
    expect(readInfotext('Negative prompt: Steps: 23, Sampler: Euler a, Seed: 5')).toMatchObject({
      prompt: '',
      negativePrompt: '',
    });
  });

  it('falls back to the comma where brackets do not close or hold no JSON', () => {
    const read = readInfotext('a\nSteps: 1, Skip layers: [7, 8, ], Open: {"a": 1, Seed: 2');
    expect(Object.fromEntries(read.fields)).toEqual({ Steps: '1', 'Skip layers': '[7', Open: '{"a": 1', Seed: '2' });
  });

  it('does not let a name reach into the prototype of anything', () => {
    const read = readInfotext(
      'a\nSteps: 1, __proto__: polluted, Hashes: {"__proto__": {"x": 1}, "model": "ab"}, Seed: 2',
    );
    expect(read.fields.get('__proto__')).toBe('polluted');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(read.hashes.get('model')).toBe('ab');
  });

  it('reads an empty text', () => {
    expect(readInfotext('')).toMatchObject({ prompt: '', negativePrompt: '' });
  });

  it.each([
    ['letters without a colon', 'a'.repeat(300_000)],
    ['brackets that never close', 'aa: {, '.repeat(40_000)],
    ['quotes that never close', 'aa: "\\", '.repeat(30_000)],
    ['colons', 'a:'.repeat(150_000)],
    ['keys', 'aa: b, '.repeat(40_000)],
  ])('reads 200 kB of %s in linear time', (_name, text) => {
    const begun = performance.now();
    readInfotext(text);
    // Linear is about 50 ms on two shared cores; quadratic would be minutes.
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
