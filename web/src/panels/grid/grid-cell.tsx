/** One cell: its picture, the one that is being made, or why there is none. */
import { Ban, Clock, Trash2 } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';

import { fileUrl, thumbnailUrl } from '../../api/images.ts';
import { fractionOf, percentOf } from '../../lib/progress.ts';
import { describeStored } from '../../lib/problem.ts';
import { useLive } from '../../state/live.ts';
import { openImage } from '../../state/view.ts';
import { useWords } from './use-words.ts';

import type { GridCellView } from '@easel/shared/http/grids';
import type { KeyboardEvent } from 'react';

/** Thumbnails are no larger. */
const THUMBNAIL_SIDE = 384;

interface GridCellProps {
  item: GridCellView;
  /** Column and row. */
  cell: string;
  /** The values it was made with, in words. */
  place: string;
  size: number;
  isTabStop: boolean;
  onFocus: (cell: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** A thousand of them stand side by side, of which one changes. */
export const GridCell = memo(function GridCell({
  item,
  cell,
  place,
  size,
  isTabStop,
  onFocus,
  onKeyDown,
}: GridCellProps) {
  const { g } = useWords();
  const words = useStateWords(item);
  const { image, state } = item;
  return (
    <button
      type="button"
      data-cell={cell}
      data-cell-state={state}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={image === null ? `${place}: ${words}` : g('view.open', { place })}
      // Still to be reached by arrow keys, and to be read.
      aria-disabled={image === null}
      onClick={() => image !== null && openImage(image)}
      onFocus={() => onFocus(cell)}
      onKeyDown={onKeyDown}
      className="grid place-items-center overflow-hidden rounded-sm bg-sunken text-faint not-aria-disabled:hover:brightness-105 aria-disabled:cursor-default"
      style={{ width: size, height: size }}
    >
      {image === null ? (
        <Absent item={item} size={size} />
      ) : (
        <img
          src={size > THUMBNAIL_SIDE ? fileUrl(image) : thumbnailUrl(image)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          className="size-full object-contain"
        />
      )}
    </button>
  );
});

/** How a cell without a picture stands. */
function useStateWords({ state, progress, error }: GridCellView): string {
  const { t } = useTranslation();
  const { g, language } = useWords();
  switch (state) {
    case 'queued':
      return g('view.waits');
    case 'running':
      return g('view.running', { percent: percentOf(progress) });
    case 'failed':
      return error === null ? g('view.state_failed') : describeStored(error, t, language).title;
    case 'cancelled':
      return g('view.cancelled');
    case 'done':
      return g('view.deleted');
  }
}

function Absent({ item, size }: { item: GridCellView; size: number }) {
  const { language } = useWords();
  const words = useStateWords(item);
  const preview = useLive((state) => state.previews[item.jobId]);
  switch (item.state) {
    case 'queued':
      return <Clock size={16} aria-hidden />;
    case 'running':
      return (
        <span className="relative block size-full">
          {preview ? (
            <img src={preview.url} alt="" className="size-full object-contain" />
          ) : (
            <span className="block size-full animate-breathe bg-hover" />
          )}
          <span className="absolute inset-x-0 bottom-0 h-1 bg-veil">
            <span
              className="block h-full origin-left bg-accent transition-[scale] duration-200"
              style={{ scale: `${fractionOf(item.progress)} 1` }}
            />
          </span>
        </span>
      );
    case 'failed':
      return (
        <span className="flex max-h-full flex-col gap-1 overflow-hidden p-2 text-center text-xs">
          <span className="font-medium text-danger">{words}</span>
          {language === 'en' && item.error !== null && size >= 128 && (
            <span className="break-words text-soft">{item.error.message}</span>
          )}
        </span>
      );
    case 'cancelled':
      return <Ban size={16} aria-hidden />;
    case 'done':
      return <Trash2 size={16} aria-hidden />;
  }
}
