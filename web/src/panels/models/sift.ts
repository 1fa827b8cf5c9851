/** Which models are shown, and in which order. Pure. */
import type { ModelKind, ModelView } from '@easel/shared/http/models';

export const ORDERS = ['byName', 'byDate', 'bySize'] as const;
export type Order = (typeof ORDERS)[number];

export interface Sieve {
  /** Words that all have to occur. */
  query: string;
  /** null = all. */
  family: string | null;
  kind: ModelKind | null;
  order: Order;
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

const textOf = (model: ModelView): string =>
  fold(
    [
      model.name,
      model.id,
      model.fileName,
      model.familyLabel ?? '',
      model.notes,
      ...model.triggerWords,
      ...Object.values(model.hashes).map((hash) => hash ?? ''),
    ].join('\n'),
  );

const COMPARE: Record<Order, (left: ModelView, right: ModelView) => number> = {
  byName: (left, right) => left.name.localeCompare(right.name, undefined, { numeric: true, sensitivity: 'base' }),
  byDate: (left, right) => Date.parse(right.modifiedAt) - Date.parse(left.modifiedAt),
  bySize: (left, right) => right.sizeBytes - left.sizeBytes,
};

export function sift(models: readonly ModelView[], { query, family, kind, order }: Sieve): ModelView[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  return models
    .filter((model) => family === null || model.family === family)
    .filter((model) => kind === null || model.kind === kind)
    .filter((model) => {
      const text = words.length === 0 ? '' : textOf(model);
      return words.every((word) => text.includes(word));
    })
    .sort((left, right) => COMPARE[order](left, right) || (left.id < right.id ? -1 : 1));
}
