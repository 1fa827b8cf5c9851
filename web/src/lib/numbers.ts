/** Reading and fitting numbers people type. Not a validator: the server has the last word. */
import type { NumberLimit } from '@easel/shared/units';

/**
 * Reads a number as people write it: `7.5`, `7,5`, full-width digits, spaces around.
 *
 * @returns null for anything that is not one whole number
 */
export function parseNumber(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/\s/g, '').replace(',', '.').replace('−', '-');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** The nearest value that the limit allows. */
export function fitNumber(value: number, limit: NumberLimit): number {
  const unit = limit.multipleOf ?? (limit.integer ? 1 : 0);
  const clamped = Math.min(Math.max(value, limit.minimum), limit.maximum);
  if (unit === 0) return Number(clamped.toFixed(4));
  const rounded = Math.round(clamped / unit) * unit;
  if (rounded > limit.maximum) return Math.floor(limit.maximum / unit) * unit;
  return rounded < limit.minimum ? Math.ceil(limit.minimum / unit) * unit : rounded;
}

/** How a number stands in a field: no grouping, a decimal sign of the language, nothing trailing. */
export function printNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 4 }).format(value);
}
