/**
 * What a person should know of a picture beside its parameters: how it was made to fit the memory, or rescued. Each has a
 * sentence in the page's languages.
 */

/** What a memory plan gives up, in the order in which it is tried; see memory.ts. */
export const FALLBACKS = ['vae-pieces', 'low-memory-weights', 'component-offload', 'paged-weights'] as const;
export type Fallback = (typeof FALLBACKS)[number];

export const PICTURE_NOTES = [
  ...FALLBACKS,
  'decoded-in-float32',
  /** An embedding that the prompt names was made for another model, and was read as words. */
  'embedding-skipped',
] as const;
export type PictureNote = (typeof PICTURE_NOTES)[number];
