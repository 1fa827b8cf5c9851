import { describe, expect, it } from 'vitest';

import { hasChoices } from './choices.ts';
import { surprisePrompt } from './surprise.ts';

const SEEDS = Array.from({ length: 2000 }, (_, seed) => seed);

/** What the card of the demo model says it can draw, and the words its pictures were described with. */
const KNOWN = new Set(
  (
    'a an and of on in at by with the wearing under is house cottage castle lighthouse boat sailboat car tree trees pine flower ' +
    'flowers cat kitten rabbit bunny owl fish apple pear orange vase cup mug person portrait hat hair glasses shirt long short ' +
    'red yellow green blue purple pink white black brown blonde hill meadow snow snowy desert autumn sea table wall ' +
    'background close up water day bright during sunset night clouds rain falling setting sun full moon rainbow mountains hot ' +
    'air balloon sky left right two three smiling surprised sad watercolor painting pixel art line drawing neon sepia photo'
  ).split(' '),
);

describe('a surprise', () => {
  it('is the same for a seed, and nearly always another for another', () => {
    for (const model of ['easel-demo', null]) {
      expect(surprisePrompt(model, 5)).toBe(surprisePrompt(model, 5));
      expect(new Set(SEEDS.map((seed) => surprisePrompt(model, seed))).size).toBeGreaterThan(1500);
    }
  });

  it('has nothing left to draw, and reads as a person would write it', () => {
    for (const model of ['easel-demo', 'other']) {
      for (const text of SEEDS.map((seed) => surprisePrompt(model, seed))) {
        expect(hasChoices(text)).toBe(false);
        expect(text).not.toMatch(/__|[{}|]| {2}|^[ ,]|[ ,]$| ,|,,|\ba [aeiou]|\ban [^aeiou]/);
      }
    }
  });

  it('for the demo model says only what that can draw, whichever of its files it is', () => {
    for (const model of ['easel-demo', 'checkpoints/easel-demo-turbo.safetensors']) {
      const words = new Set(SEEDS.flatMap((seed) => surprisePrompt(model, seed).match(/[a-z]+/g) ?? []));
      expect([...words].filter((word) => !KNOWN.has(word))).toEqual([]);
      expect(words.size).toBeGreaterThan(90);
    }
    expect(surprisePrompt('not-easel-demo', 1)).toBe(surprisePrompt(null, 1));
  });
});
