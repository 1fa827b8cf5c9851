/** From the specification's examples to requests: what is taken over, what is refused by name, what the WebUI fills in. */
import { describe, expect, it } from 'vitest';

import type { Descriptor, SamplerDescriptor } from '../catalogue.ts';
import { examples } from './examples.test-data.ts';
import { readInfotext } from './read.ts';
import { toRequest } from './to-request.ts';
import { withWebuiDefaults } from './webui-defaults.ts';

const descriptor = (id: string, label: string, aliases: string[] = []): Descriptor => ({
  id,
  label,
  aliases,
  summary: '',
});
const sampler = (id: string, label: string, defaultSchedule: string, aliases: string[] = []): SamplerDescriptor => ({
  ...descriptor(id, label, aliases),
  defaultSchedule,
  evaluationsPerStep: 1,
  isStochastic: false,
});
const catalogue = {
  samplers: [
    sampler('dpmpp-2m', 'DPM++ 2M', 'karras', ['k_dpmpp_2m']),
    sampler('dpmpp-2m-sde', 'DPM++ 2M SDE', 'exponential'),
    sampler('euler-ancestral', 'Euler a', 'uniform', ['k_euler_a']),
  ],
  schedules: [
    descriptor('automatic', 'Automatic'),
    descriptor('karras', 'Karras'),
    descriptor('exponential', 'Exponential'),
  ],
};
const example = (number: number) => readInfotext(examples[number - 1]?.lines.join('\n') ?? '');

describe('the way from an infotext to a request', () => {
  it('takes over every setting that a request has', () => {
    expect(toRequest(example(2), catalogue)).toEqual({
      request: {
        type: 'text-to-image',
        prompt: 'masterpiece, portrait of a knight, <lora:detail_tweaker:0.6> <lora:armor-v2:0.8:0.5>',
        negativePrompt: 'EasyNegative, lowres, (bad hands:1.3)',
        steps: 28,
        guidance: 6.5,
        seed: 3141592653,
        width: 512,
        height: 768,
        clipSkip: 2,
        rng: 'nv',
        sampler: 'dpmpp-2m',
        schedule: 'karras',
        vae: 'vae-ft-mse-840000-ema-pruned.safetensors',
      },
      refused: [],
      model: { name: 'dreamshaper_8', hash: '879db523c3' },
    });
  });

  it('splits the sampler names of old versions', () => {
    expect(toRequest(example(7), catalogue).request).toMatchObject({ sampler: 'dpmpp-2m', schedule: 'karras' });
    expect(toRequest(example(8), catalogue).request).toMatchObject({ sampler: 'dpmpp-2m-sde', schedule: 'karras' });
    expect(toRequest(example(1), catalogue).request).toMatchObject({
      sampler: 'euler-ancestral',
      schedule: 'automatic',
    });
  });

  it('takes CPU noise from the text and GPU noise from its absence', () => {
    expect(toRequest(example(5), catalogue).request.rng).toBe('cpu');
    expect(toRequest(example(1), catalogue).request).toMatchObject({ rng: 'nv', clipSkip: 1 });
  });

  it('leaves everything open where there are no settings', () => {
    expect(toRequest(readInfotext('just a cat'), catalogue).request).toEqual({
      type: 'text-to-image',
      prompt: 'just a cat',
      negativePrompt: '',
    });
  });

  it('names what is out of bounds and keeps the rest', () => {
    const hostile =
      'cat\nSteps: 1e9, Sampler: eulerr, Schedule type: nope, CFG scale: NaN, Seed: 7, Size: 100000x100000, Clip skip: 99, RNG: dice';
    const { request, refused } = toRequest(readInfotext(hostile), catalogue);
    expect(request).toEqual({ type: 'text-to-image', prompt: 'cat', negativePrompt: '', seed: 7 });
    expect(refused.map(({ field }) => field).sort()).toEqual(
      ['clipSkip', 'guidance', 'height', 'rng', 'sampler', 'schedule', 'steps', 'width'].sort(),
    );
    expect(refused.find(({ field }) => field === 'steps')?.got).toBe('1e9');
  });

  it('refuses text that could not be saved again', () => {
    expect(toRequest(readInfotext('cat \0 dog'), catalogue).refused).toMatchObject([{ field: 'prompt' }]);
  });
});

describe("the WebUI's own defaults", () => {
  it('are filled in for absent fields only', () => {
    const all = withWebuiDefaults(example(5));
    expect(all.get('RNG')).toBe('CPU');
    expect(all.get('Masked content')).toBe('latent noise');
    expect(all.get('Clip skip')).toBe('1');
    expect(all.get('Hires resize-1')).toBe('0');
    expect(all.has('Emphasis')).toBe(false);
    expect(withWebuiDefaults(example(2)).get('Emphasis')).toBe('Original');
  });

  it('rewrite the first pass of old hires texts and append the hypernetwork', () => {
    const old = withWebuiDefaults(readInfotext('a\nSteps: 1, Size: 1024x768, First pass size: 0x0, Hypernet: foo'));
    expect([old.get('Size-1'), old.get('Size-2')]).toEqual(['640', '448']);
    expect([old.get('Hires resize-1'), old.get('Hires resize-2')]).toEqual(['1024', '768']);
    expect(old.get('Prompt')).toBe('a<hypernet:foo:1.0>');
    const given = withWebuiDefaults(readInfotext('a\nSteps: 1, Size: 1024x768, First pass size: 512x384'));
    expect([given.get('Size-1'), given.get('Size-2')]).toEqual(['512', '384']);
  });
});
