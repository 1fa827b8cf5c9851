import { describe, expect, it } from 'vitest';

import { baseOfFamily, findMisfit, type NetworkTarget, type NetworkView } from './networks.ts';

const LORA: NetworkView = {
  kind: 'lora',
  base: 'sd1',
  ranks: { least: 4, most: 4 },
  parts: ['unet'],
  vectors: null,
  contextWidth: 768,
  textWidths: [],
  evidence: 'its cross attention reads text of width 768',
  triggerWords: [],
  statedHash: null,
  sampling: null,
};
const EMBEDDING: NetworkView = {
  ...LORA,
  kind: 'textual-inversion',
  ranks: null,
  parts: [],
  vectors: 2,
  contextWidth: null,
  textWidths: [768],
};
const SD1: NetworkTarget = { family: 'stable-diffusion-1-inpaint', conditioning: { context: 768, text: [768] } };
const TINY: NetworkTarget = { family: 'stable-diffusion-1', conditioning: { context: 64, text: [64] } };
const SDXL: NetworkTarget = { family: 'stable-diffusion-xl', conditioning: { context: 2048, text: [768, 1280] } };

describe('a LoRA', () => {
  it('goes with every family of its line, and with what nothing is known of', () => {
    expect(findMisfit(LORA, SD1)).toBeNull();
    expect(findMisfit(LORA, { family: null, conditioning: null })).toBeNull();
    expect(findMisfit({ ...LORA, base: null, contextWidth: null }, SDXL)).toBeNull();
  });

  it('does not go with another line, nor with another width of the same', () => {
    expect(findMisfit(LORA, SDXL)).toEqual({ by: 'base', network: 'sd1', model: 'sdxl' });
    expect(findMisfit(LORA, TINY)).toEqual({ by: 'width', network: [768], model: [64] });
    expect(findMisfit({ ...LORA, base: null }, TINY)).toMatchObject({ by: 'width' });
  });

  it('that makes another kind of model goes with no other', () => {
    const widening: NetworkView = { ...LORA, inputChannels: 9 };
    const plain: NetworkTarget = { ...SD1, family: 'stable-diffusion-1' };
    expect(findMisfit(widening, plain)).toEqual({ by: 'channels', network: 9, model: 4 });
    expect(findMisfit(widening, { ...plain, family: 'instruct-pix2pix' })).toMatchObject({ by: 'channels', model: 8 });
    expect(findMisfit(widening, SD1)).toBeNull();
    expect(findMisfit(widening, { family: null, conditioning: null })).toBeNull();
    expect(findMisfit(LORA, plain)).toBeNull();
  });

  it('for text encoders alone is judged by their widths', () => {
    const text: NetworkView = { ...LORA, base: null, contextWidth: null, textWidths: [1280] };
    expect(findMisfit(text, SDXL)).toBeNull();
    expect(findMisfit(text, SD1)).toEqual({ by: 'width', network: [1280], model: [768] });
  });
});

describe('an embedding', () => {
  it('goes where its vectors are as wide as the tokens; a pair also where one of them is read', () => {
    expect(findMisfit(EMBEDDING, SD1)).toBeNull();
    const pair: NetworkView = { ...EMBEDDING, base: null, textWidths: [768, 1280] };
    expect(findMisfit(pair, SDXL)).toBeNull();
    expect(findMisfit(pair, SD1)).toBeNull();
  });

  it('does not go elsewhere', () => {
    expect(findMisfit(EMBEDDING, TINY)).toEqual({ by: 'width', network: [768], model: [64] });
    expect(findMisfit({ ...EMBEDDING, base: null }, SDXL)).toEqual({ by: 'width', network: [768], model: [768, 1280] });
  });
});

it('knows the line of a family by its name', () => {
  expect(
    ['stable-diffusion-1', 'stable-diffusion-2', 'stable-diffusion-xl-refiner', 'flux', null].map(baseOfFamily),
  ).toEqual(['sd1', 'sd2', 'sdxl', null, null]);
});
