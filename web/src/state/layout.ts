/** How the page is arranged: open panels, their widths, theme and language. Kept across reloads. */
import { z } from 'zod';
import { create } from 'zustand';

import { chooseLanguage, LANGUAGES, type Language } from '../lib/languages.ts';
import { readStored, writeStored } from '../lib/storage.ts';

const VERSION = 1;

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const PARAMETERS_WIDTH = { minimum: 272, maximum: 460, initial: 316 } as const;
export const GALLERY_WIDTH = { minimum: 168, maximum: 640, initial: 288 } as const;

interface LayoutValues {
  isParametersOpen: boolean;
  parametersWidth: number;
  /** null = nobody decided: open once there is a picture. */
  isGalleryOpen: boolean | null;
  galleryWidth: number;
  /** Parameters beside an opened picture. */
  areDetailsOpen: boolean;
  /** Models as pictures rather than lines. */
  areModelsPictures: boolean;
  theme: Theme;
  language: Language;
}

const widthIn = (range: { minimum: number; maximum: number }) => z.number().min(range.minimum).max(range.maximum);

const FIELDS = {
  isParametersOpen: z.boolean(),
  parametersWidth: widthIn(PARAMETERS_WIDTH),
  isGalleryOpen: z.boolean().nullable(),
  galleryWidth: widthIn(GALLERY_WIDTH),
  areDetailsOpen: z.boolean(),
  areModelsPictures: z.boolean(),
  theme: z.enum(THEMES),
  language: z.enum(LANGUAGES),
};

const FALLBACK: LayoutValues = {
  isParametersOpen: false,
  parametersWidth: PARAMETERS_WIDTH.initial,
  isGalleryOpen: null,
  galleryWidth: GALLERY_WIDTH.initial,
  areDetailsOpen: true,
  areModelsPictures: true,
  theme: 'system',
  language: chooseLanguage(navigator.languages),
};

export const useLayout = create<LayoutValues>()(() => readStored('layout', VERSION, FIELDS, FALLBACK));

/** Changes some of the arrangement. */
export const setLayout = (values: Partial<LayoutValues>): void => useLayout.setState(values);

useLayout.subscribe((values) => writeStored('layout', VERSION, values));
