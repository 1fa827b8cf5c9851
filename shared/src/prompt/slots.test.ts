import { describe, expect, it } from 'vitest';

import { hasChoices } from './choices.ts';
import { fillSlots, slotsOf } from './slots.ts';
import { takeTags } from './tags.ts';

describe('slots of a template', () => {
  it('are listed once each, with what usually stands there', () => {
    expect(slotsOf(['<?who> and <?who:a cat>, <? where :in the snow>', '<?who:a dog> <?>'])).toEqual([
      { name: 'who', usual: 'a cat' },
      { name: 'where', usual: 'in the snow' },
    ]);
  });

  it('are filled with what a person gives, else with what usually stands there', () => {
    const text = '<?who:a cat> by <?who>, <?style>';
    expect(fillSlots(text, new Map())).toBe('a cat by a cat, ');
    expect(fillSlots(text, new Map([['who', ' a $& dog ']]))).toBe('a $& dog by a $& dog, ');
    expect(fillSlots('<?a>', new Map([['a', '<?b> __x__ {1|2} (c:1.2)']]))).toBe('<?b> __x__ {1|2} (c:1.2)');
    expect(fillSlots('<lora:x:1> < ? a>', new Map())).toBe('<lora:x:1> < ? a>');
  });

  it('mean nothing else in a prompt', () => {
    const text = '<?who:a cat>, (<?what>:1.2)';
    expect(hasChoices(text)).toBe(false);
    expect(takeTags(text).tags).toEqual([]);
  });

  it('are read in one pass', () => {
    const before = performance.now();
    slotsOf(['<?'.repeat(50_000), '<?a:'.repeat(25_000)]);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
