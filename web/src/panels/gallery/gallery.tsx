/** All pictures, newest first, to look through and to search. Those being made stand in front. */
import { ImageOff, Images, Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useGallery } from '../../api/images.ts';
import { useJobs } from '../../api/jobs.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { picturesOf, runningOf } from '../../lib/progress.ts';
import { useDebounced } from '../../lib/use-debounced.ts';
import { useView } from '../../state/view.ts';
import { GalleryGrid, GallerySkeleton } from './gallery-grid.tsx';

const SEARCH_REST_MS = 250;

/** @param currentId the picture on show, marked in the grid */
export function GalleryPanel({ currentId, onOpen }: { currentId: string | null; onOpen: (id: string | null) => void }) {
  const { t } = useTranslation();
  const query = useView((state) => state.query);
  const gallery = useGallery(query);
  const running = runningOf(picturesOf(useJobs()));
  const isSearching = query !== '';

  let body;
  if (gallery.isLoading) body = <GallerySkeleton />;
  else if (gallery.isFailed) {
    body = (
      <EmptyState
        icon={<ImageOff size={28} />}
        title={t('gallery.failed')}
        hint={t('problem.unreachableHint')}
        action={<Button onClick={gallery.retry}>{t('gallery.tryAgain')}</Button>}
      />
    );
  } else if (gallery.images.length === 0 && (isSearching || !running)) {
    body = isSearching ? (
      <EmptyState icon={<Search size={28} />} title={t('gallery.noMatch', { query })} hint={t('gallery.noMatchHint')} />
    ) : (
      <EmptyState icon={<Images size={28} />} title={t('gallery.empty')} hint={t('gallery.emptyHint')} />
    );
  } else {
    body = (
      <GalleryGrid
        gallery={gallery}
        running={isSearching ? undefined : running}
        currentId={currentId}
        onOpen={onOpen}
      />
    );
  }

  return (
    <div className="flex h-full min-h-0 flex-col">
      <SearchField />
      <div className="min-h-0 flex-1">{body}</div>
    </div>
  );
}

function SearchField() {
  const { t } = useTranslation();
  const [text, setText] = useState(() => useView.getState().query);
  const settled = useDebounced(text.trim(), SEARCH_REST_MS);
  useEffect(() => useView.setState({ query: settled }), [settled]);
  return (
    <div role="search" className="relative shrink-0 px-3 pb-2 phone:pt-3">
      <Search
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-0 left-5.5 h-control text-faint phone:top-3"
      />
      <input
        type="search"
        value={text}
        maxLength={1000}
        aria-label={t('gallery.search')}
        placeholder={t('gallery.search')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (text === '') event.currentTarget.blur();
          else setText('');
        }}
        className="h-control w-full rounded-md border border-edge bg-raised pr-8 pl-8 text-field hover:border-faint phone:pr-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== '' && (
        <IconButton
          look="small"
          label={t('gallery.clearSearch')}
          icon={<X size={14} />}
          onClick={() => setText('')}
          className="absolute! top-1 right-4 phone:top-3 phone:right-3"
        />
      )}
    </div>
  );
}
