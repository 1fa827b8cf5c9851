/** The writer's grammar, and that the reader gets back what it wrote. */
import { describe, expect, it } from 'vitest';

import type { TextToImageParameters } from '../generation.ts';
import { readInfotext } from './read.ts';
import { formatSettings, writeInfotext, type InfotextFacts } from './write.ts';

const parameters: TextToImageParameters = {
  type: 'text-to-image',
  prompt: 'a lighthouse on a cliff at dusk, oil painting',
  negativePrompt: '',
  model: 'v1-5-pruned-emaonly',
  width: 512,
  height: 768,
  steps: 20,
  guidance: 7,
  sampler: 'euler-ancestral',
  schedule: 'uniform',
  seed: 1234,
  count: 4,
  clipSkip: 1,
  rng: 'nv',
};
const facts: InfotextFacts = {
  version: 'Easel 0.1.0',
  samplerLabel: 'Euler a',
  scheduleLabel: 'Uniform',
  modelName: 'v1-5-pruned-emaonly',
  modelSha256: '6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa',
};

describe('the writer of infotexts', () => {
  it('writes the fields in the order of the WebUI, on one last line that begins with Steps', () => {
    expect(writeInfotext(parameters, facts)).toBe(
      'a lighthouse on a cliff at dusk, oil painting\n' +
        'Steps: 20, Sampler: Euler a, Schedule type: Uniform, CFG scale: 7, Seed: 1234, Size: 512x768, ' +
        'Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, RNG: NV, Version: Easel 0.1.0',
    );
  });

  it('writes a negative prompt on its own line, clip skip from 2 on, and CPU noise', () => {
    const text = writeInfotext(
      { ...parameters, negativePrompt: 'lowres', clipSkip: 2, rng: 'cpu', guidance: 6.5 },
      facts,
    );
    expect(text.split('\n')[1]).toBe('Negative prompt: lowres');
    expect(text).toContain('CFG scale: 6.5, Seed');
    expect(text).toContain('Model: v1-5-pruned-emaonly, Clip skip: 2, RNG: CPU, Version');
  });

  it('names the files of LoRA and embeddings with their digits, before the version, and reads them back', () => {
    const text = writeInfotext(parameters, {
      ...facts,
      loraHashes: [
        ['detail', '7c6bad76eb54'],
        ['odd: name, two', '9a41c0e2b7d1'],
      ],
      embeddingHashes: [['EasyNegative', 'c74b4e810b03']],
    });
    expect(text).toContain(
      'Lora hashes: "detail: 7c6bad76eb54, odd name two: 9a41c0e2b7d1", TI hashes: "EasyNegative: c74b4e810b03", Version',
    );
    const { loraHashes, embeddingHashes } = readInfotext(text);
    expect([...loraHashes]).toEqual([
      ['detail', '7c6bad76eb54'],
      ['odd name two', '9a41c0e2b7d1'],
    ]);
    expect([...embeddingHashes]).toEqual([['EasyNegative', 'c74b4e810b03']]);
  });

  it('reads digits that others wrote oddly: twice, without any, or with spaces', () => {
    const text =
      'x\nSteps: 1, Sampler: Euler, Seed: 1, Lora hashes: "a: 7C6BAD76EB54, a: 111111111111, b, c:, : 12345678"';
    expect([...readInfotext(text).loraHashes]).toEqual([['a', '7c6bad76eb54']]);
  });

  it('leaves out what is not known', () => {
    const text = writeInfotext(parameters, { ...facts, modelSha256: null, modelName: null });
    expect(text).toContain('Size: 512x768, RNG: NV');
  });

  it('quotes values with a comma, a colon or a line end, and leaves quotes and other scripts alone', () => {
    const items = [
      ['Plain', 'my"quoted" model'],
      ['Comma', 'a, b'],
      ['Colon', 'text: watermark'],
      ['Line', 'a "b"\nc'],
      ['Script', '麦橘写实_v7'],
      ['Wide', '国风：水墨，月'],
      ['Same', 'Same'],
      ['Claim', true],
      ['None', null],
      ['Small', 1e-7],
    ] as const;
    expect(formatSettings(items)).toBe(
      'Plain: my"quoted" model, Comma: "a, b", Colon: "text: watermark", Line: "a \\"b\\"\\nc", Script: 麦橘写实_v7, ' +
        'Wide: 国风：水墨，月, Same, Claim: True, Small: 1e-07',
    );
  });

  it('trims the text at both ends', () => {
    expect(writeInfotext({ ...parameters, prompt: '  \n cat' }, facts)).toMatch(/^cat\nSteps/);
    expect(writeInfotext({ ...parameters, prompt: '' }, facts)).toMatch(/^Steps: 20/);
  });

  it('is read back as it was written', () => {
    const written = { ...parameters, prompt: 'a "cat": one\n\ntwo, 三', negativePrompt: 'text: 水印\nblurry' };
    const read = readInfotext(writeInfotext(written, { ...facts, modelName: 'odd, name: 1' }));
    expect(read.prompt).toBe(written.prompt);
    expect(read.negativePrompt).toBe(written.negativePrompt);
    expect(Object.fromEntries(read.fields)).toEqual({
      Steps: '20',
      Sampler: 'Euler a',
      'Schedule type': 'Uniform',
      'CFG scale': '7',
      Seed: '1234',
      'Size-1': '512',
      'Size-2': '768',
      'Model hash': '6ce0161689',
      Model: 'odd, name: 1',
      RNG: 'NV',
      Version: 'Easel 0.1.0',
    });
  });
});
