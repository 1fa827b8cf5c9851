/** How strongly words are tinted to show their weight, in the editor and in what the model received alike. */

/** Weight, or its inverse, at which the tint is strongest. */
const STRONGEST = 2;
const FAINTEST_TINT = 9;
const STRONGEST_TINT = 38;

export type TintWay = 'more' | 'less' | 'against';

/** Share of the tint behind words of a weight, in percent: in proportion to how far from 1 it is. */
export function tintOf(weight: number): number {
  const size = Math.abs(weight);
  const away = weight < 0 || size === 0 ? 1 : Math.min(1, Math.abs(Math.log(size)) / Math.log(STRONGEST));
  return Math.round(FAINTEST_TINT + away * (STRONGEST_TINT - FAINTEST_TINT));
}

export const tintWay = (weight: number): TintWay => (weight < 0 ? 'against' : weight > 1 ? 'more' : 'less');

/** The colours that are mixed in, as CSS. */
export const TINTS: Readonly<Record<TintWay, string>> = {
  more: 'var(--color-accent)',
  less: 'light-dark(oklch(0.55 0.08 250), oklch(0.68 0.07 250))',
  against: 'var(--color-danger)',
};
