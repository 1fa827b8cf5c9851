/** Parts that are not there on every first visit come when they are wanted, so that the first page is light. */
import { lazy, Suspense, useEffect, useState, type ComponentProps } from 'react';

import { FieldsSkeleton } from '../components/fields-skeleton.tsx';
import { onToastWanted } from '../lib/toast.ts';
import { useView } from '../state/view.ts';
import { part } from './parts.ts';

const loadParameters = part(() => import('../panels/parameters/parameters.tsx'));
const loadBook = part(() => import('../panels/building/prompt-book.tsx'));
const loadShortcuts = part(() => import('./shortcut-sheet.tsx'));
const loadToasts = part(() => import('./toasts.tsx'));
const loadGallery = part(() => import('../panels/gallery/gallery.tsx'));
const loadDetails = part(() => import('../panels/picture/picture-details.tsx'));
const loadGrids = part(() => import('../panels/grid/grids-page.tsx'));
const loadModels = part(() => import('../panels/models/models-page.tsx'));

const loadNetworks = part(() => import('../panels/networks/networks.tsx'));

const LazyNetworks = lazy(async () => ({ default: (await loadNetworks()).NetworksPanel }));
const LazyParameters = lazy(async () => ({ default: (await loadParameters()).ParametersPanel }));
const LazyBook = lazy(async () => ({ default: (await loadBook()).PromptBook }));
const LazyShortcuts = lazy(async () => ({ default: (await loadShortcuts()).ShortcutSheet }));
const LazyModels = lazy(async () => ({ default: (await loadModels()).ModelsPage }));
const LazyGrids = lazy(async () => ({ default: (await loadGrids()).GridsPage }));
const LazyToasts = lazy(async () => ({ default: (await loadToasts()).Toasts }));
const LazyGallery = lazy(async () => ({ default: (await loadGallery()).GalleryPanel }));
const LazyDetails = lazy(async () => ({ default: (await loadDetails()).PictureDetails }));

/** The pictures there are; on a first visit there are none. */
export function Gallery(props: ComponentProps<typeof LazyGallery>) {
  return (
    <Suspense fallback={null}>
      <LazyGallery {...props} />
    </Suspense>
  );
}

/** What the opened picture was made from. */
export function Details({ id }: { id: string }) {
  return (
    <Suspense fallback={null}>
      <LazyDetails id={id} />
    </Suspense>
  );
}

/** The place of messages, once one is to be said. */
export function Toasts({ scheme }: { scheme: 'light' | 'dark' }) {
  const [isWanted, setIsWanted] = useState(false);
  useEffect(() => onToastWanted(() => setIsWanted(true)), []);
  return isWanted ? (
    <Suspense fallback={null}>
      <LazyToasts scheme={scheme} />
    </Suspense>
  ) : null;
}

/** Takes the place of the studio below the header. */
export function Models() {
  return (
    <Suspense fallback={<div className="flex-1" />}>
      <LazyModels />
    </Suspense>
  );
}

/** The same for grids. */
export function Grids() {
  return (
    <Suspense fallback={<div className="flex-1" />}>
      <LazyGrids />
    </Suspense>
  );
}

export function Parameters() {
  return (
    <Suspense fallback={<FieldsSkeleton />}>
      <LazyParameters
        beside={
          <Suspense fallback={null}>
            <LazyNetworks />
          </Suspense>
        }
      />
    </Suspense>
  );
}

/** Prompts, styles and wildcards that a person keeps. */
export function Book() {
  const isOpen = useView((state) => state.overlay === 'book');
  const [wasOpen, setWasOpen] = useState(false);
  if (isOpen && !wasOpen) setWasOpen(true);
  return wasOpen ? (
    <Suspense fallback={null}>
      <LazyBook />
    </Suspense>
  ) : null;
}

export function Shortcuts() {
  const isOpen = useView((state) => state.overlay === 'shortcuts');
  // Stays once it was opened, so that it can close with its movement.
  const [wasOpen, setWasOpen] = useState(false);
  if (isOpen && !wasOpen) setWasOpen(true);
  return wasOpen ? (
    <Suspense fallback={null}>
      <LazyShortcuts />
    </Suspense>
  ) : null;
}

const IDLE_MS = 2000;

/** Fetches them once the page has settled, so that opening them does not wait. */
export function usePreloadedPanels(): void {
  useEffect(() => {
    const timer = setTimeout(
      () => void Promise.all([loadGallery(), loadParameters(), loadDetails(), loadToasts(), loadShortcuts()]),
      IDLE_MS,
    );
    return () => clearTimeout(timer);
  }, []);
}
