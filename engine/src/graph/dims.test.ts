import { describe, expect, it } from 'vitest';

import { divide, multiply, slide, sum } from './dims.ts';

describe('symbolic extents', () => {
  it('multiply to the same text in whatever order', () => {
    expect(multiply(['w', 2, 'h', 4])).toBe('8*h*w');
    expect(multiply(['h', 8, 'w'])).toBe(multiply([8, 'w', 'h']));
    expect(multiply(['2*h', 'w'])).toBe(multiply(['w', 'h', 2]));
    expect(multiply([3, 4])).toBe(12);
  });

  it('divide symbol by symbol, or not at all', () => {
    expect(divide('8*h*w', 'h')).toBe('8*w');
    expect(divide('n*64*h*w', multiply(['n', 32]))).toBe('2*h*w');
    expect(divide('h*w', 'c')).toBeNull();
    expect(divide('3*h', 2)).toBeNull();
  });

  it('keep an expression together inside a product', () => {
    const half = slide('h', 2, 3, 2);
    expect(half).toBe('(h+1)/2');
    expect(multiply([half, 'w'])).toBe('((h+1)/2)*w');
    expect(divide(multiply([half, 'w']), 'w')).toBe(half);
  });

  it('slide a window as the numbers do', () => {
    expect(slide(9, 2, 3, 1)).toBe(9);
    expect(slide(9, 2, 3, 2)).toBe(5);
    expect(slide(sum([8, 1]), 0, 3, 2)).toBe(4);
    expect(slide('h', 2, 3, 1)).toBe('h');
    expect(slide('h', 0, 1, 1)).toBe('h');
  });
});
