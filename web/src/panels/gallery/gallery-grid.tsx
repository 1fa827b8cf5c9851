/** The grid itself: only the rows in sight exist, arrow keys walk it, more is fetched before the end is reached. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { LiveCell, PictureCell } from './gallery-cells.tsx';

import type { Gallery } from '../../api/images.ts';
import type { ImageSummary } from '@easel/shared/http/images';
import type { PictureJobView } from '@easel/shared/http/jobs';

const GAP = 6;
const PADDING = 12;
const NARROWEST_CELL = 92;
const FALLBACK_WIDTH = 288;
const ROWS_AHEAD = 3;

type Item = { kind: 'live'; key: string; index: number } | { kind: 'image'; key: string; image: ImageSummary };

const isImage =
  (id: string) =>
  (item: Item): boolean =>
    item.kind === 'image' && item.image.id === id;

interface GalleryGridProps {
  gallery: Gallery;
  running: PictureJobView | undefined;
  currentId: string | null;
  onOpen: (id: string | null) => void;
}

export function GalleryGrid({ gallery, running, currentId, onOpen }: GalleryGridProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const items = itemsOf(gallery.images, running);
  const inner = width - 2 * PADDING;
  const columns = Math.max(2, Math.floor((inner + GAP) / (NARROWEST_CELL + GAP)));
  const cell = (inner - GAP * (columns - 1)) / columns;
  const rowCount = Math.ceil(items.length / columns);
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => cell + GAP,
    overscan: ROWS_AHEAD,
    paddingStart: 2,
    paddingEnd: PADDING,
  });
  useEffect(() => rows.measure(), [rows, cell]);

  const { hasMore, isLoadingMore, loadMore } = gallery;
  const lastRow = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastRow >= rowCount - ROWS_AHEAD) loadMore();
  }, [hasMore, isLoadingMore, lastRow, rowCount, loadMore]);

  // The picture on show is in sight here too, however it was come to.
  const currentRow = currentId === null ? null : Math.floor(items.findIndex(isImage(currentId)) / columns);
  useEffect(() => {
    if (currentRow !== null && currentRow >= 0) rows.scrollToIndex(currentRow);
  }, [rows, currentRow, currentId]);

  // One stop for the Tab key: the picture on show, else the first.
  const current = currentId === null ? -1 : items.findIndex(isImage(currentId));
  const [focused, setFocused] = useState<number | null>(null);
  const stop = Math.min(focused ?? Math.max(0, current), items.length - 1);

  const walk = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    const target =
      event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : by === undefined ? null : stop + by;
    const item = target === null ? undefined : items[target];
    if (target === null) return;
    event.preventDefault();
    if (!item) return;
    setFocused(target);
    rows.scrollToIndex(Math.floor(target / columns));
    onOpen(item.kind === 'image' ? item.image.id : null);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${target}"]`)?.focus());
  };

  return (
    <div ref={scroller} className="h-full overflow-y-auto overscroll-contain [scrollbar-gutter:stable]">
      <div
        role="grid"
        aria-label={t('zone.gallery')}
        aria-rowcount={rowCount}
        aria-colcount={columns}
        className="relative"
        style={{ height: rows.getTotalSize() }}
        onKeyDown={walk}
        onBlur={() => setFocused(null)}
      >
        {rows.getVirtualItems().map((row) => (
          <div
            key={row.key}
            role="row"
            aria-rowindex={row.index + 1}
            className="absolute inset-x-0 flex"
            style={{ top: row.start, height: cell, gap: GAP, paddingInline: PADDING }}
          >
            {items.slice(row.index * columns, (row.index + 1) * columns).map((item, column) => {
              const index = row.index * columns + column;
              const shared = { size: cell, index, isTabStop: index === stop };
              return item.kind === 'image' ? (
                <PictureCell
                  key={item.key}
                  {...shared}
                  image={item.image}
                  isCurrent={item.image.id === currentId}
                  onOpen={() => onOpen(item.image.id)}
                />
              ) : (
                running && (
                  <LiveCell
                    key={item.key}
                    {...shared}
                    job={running}
                    imageIndex={item.index}
                    onOpen={() => onOpen(null)}
                  />
                )
              );
            })}
          </div>
        ))}
      </div>
      <span role="status" className="sr-only">
        {isLoadingMore ? t('gallery.loadingMore') : ''}
      </span>
    </div>
  );
}

/** Places kept while the first page is on its way. */
export function GallerySkeleton() {
  return (
    <div
      aria-hidden
      className="grid animate-breathe grid-cols-[repeat(auto-fill,minmax(92px,1fr))] gap-1.5 px-3 pt-0.5"
    >
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="aspect-square rounded-xs bg-hover" />
      ))}
    </div>
  );
}

// The running job's pictures that are not saved yet come first, the next one to be finished last.
function itemsOf(images: ImageSummary[], running: PictureJobView | undefined): Item[] {
  const missing = running ? running.parameters.count - running.images.length : 0;
  const live = Array.from({ length: Math.max(0, missing) }, (_, place): Item => {
    const index = (running?.parameters.count ?? 0) - 1 - place;
    return { kind: 'live', key: `${running?.id}-${index}`, index };
  });
  return [...live, ...images.map((image): Item => ({ kind: 'image', key: image.id, image }))];
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(FALLBACK_WIDTH);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
