/**
 * What the catalogue's entries say in languages the engine does not speak. The engine's tables are the truth: an id
 * that is missing here shows the engine's own English.
 */
import type { Descriptor } from '@easel/shared/catalogue';

type Kind = 'sampler' | 'schedule' | 'rng';

/** By kind and id. */
export type CatalogueWords = Readonly<Record<Kind, Record<string, { label?: string; summary?: string }>>>;

const known = new Map<string, CatalogueWords>();

/** To be called when a language is loaded. */
export function addCatalogueWords(language: string, words: CatalogueWords): void {
  known.set(language, words);
}

/** Label and summary of an entry in this language. */
export function wordsOf(kind: Kind, entry: Descriptor, language: string): { label: string; summary: string } {
  const words = known.get(language)?.[kind][entry.id];
  return { label: words?.label ?? entry.label, summary: words?.summary ?? entry.summary };
}
