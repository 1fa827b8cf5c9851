/** What stands in the gallery's grid: a picture, or the place of one that is being made. */
import { clsx } from 'clsx';
import { Grid3x3, ImageOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl } from '../../api/images.ts';
import { firstWords } from '../../lib/format.ts';
import { useLive } from '../../state/live.ts';

import type { ImageSummary } from '@easel/shared/http/images';
import type { PictureJobView } from '@easel/shared/http/jobs';

const LONGEST_ALT = 120;

interface CellProps {
  /** Side in CSS pixels. */
  size: number;
  index: number;
  isTabStop: boolean;
  onOpen: () => void;
}

interface PictureCellProps extends CellProps {
  image: ImageSummary;
  isCurrent: boolean;
}

const buttonClass =
  'block size-full overflow-hidden rounded-xs bg-sunken outline-offset-2 transition-[filter] hover:brightness-105';

export function PictureCell({ image, size, index, isTabStop, isCurrent, onOpen }: PictureCellProps) {
  const { t } = useTranslation();
  const words = firstWords(image.prompt, LONGEST_ALT);
  const alt =
    words === ''
      ? t('picture.altWithoutPrompt')
      : t(image.isSheet ? 'picture.altSheet' : 'picture.alt', { prompt: words });
  return (
    <div role="gridcell" aria-selected={isCurrent} className="shrink-0" style={{ width: size, height: size }}>
      <button
        type="button"
        data-index={index}
        data-image={image.id}
        tabIndex={isTabStop ? 0 : -1}
        onClick={onOpen}
        className={clsx(buttonClass, 'relative', isCurrent && 'outline-2 outline-accent')}
      >
        {image.isMissing ? (
          <span
            role="img"
            aria-label={`${alt}. ${t('picture.fileMissing')}`}
            className="grid size-full place-items-center text-faint"
          >
            <ImageOff size={20} />
          </span>
        ) : (
          <img
            src={thumbnailUrl(image.id)}
            alt={alt}
            loading="lazy"
            decoding="async"
            draggable={false}
            // Of a sheet all cells are to be seen, of a picture as much as there is room for.
            className={clsx('size-full', image.isSheet ? 'object-contain' : 'object-cover')}
          />
        )}
        {image.isSheet && (
          <span aria-hidden className="absolute right-1 bottom-1 rounded-sm bg-raised p-0.5 text-soft">
            <Grid3x3 size={12} />
          </span>
        )}
      </button>
    </div>
  );
}

interface LiveCellProps extends CellProps {
  job: PictureJobView;
  imageIndex: number;
}

export function LiveCell({ job, imageIndex, size, index, isTabStop, onOpen }: LiveCellProps) {
  const { t } = useTranslation();
  const preview = useLive((state) => state.previews[job.id]);
  const { progress } = job;
  const isNow = progress !== null && progress.image === imageIndex;
  const fraction = isNow && progress.steps > 0 ? progress.step / progress.steps : 0;
  return (
    <div role="gridcell" aria-selected={false} className="shrink-0" style={{ width: size, height: size }}>
      <button
        type="button"
        data-index={index}
        tabIndex={isTabStop ? 0 : -1}
        aria-label={t('gallery.inProgress')}
        onClick={onOpen}
        className={clsx(buttonClass, 'relative border border-dashed border-edge')}
      >
        {isNow && preview?.imageIndex === imageIndex ? (
          <img src={preview.url} alt="" className="size-full object-cover" />
        ) : (
          <span className="block size-full animate-breathe bg-hover" />
        )}
        <span className="absolute inset-x-0 bottom-0 h-1 bg-veil">
          <span
            className="block h-full origin-left bg-accent transition-[scale] duration-200"
            style={{ scale: `${fraction} 1` }}
          />
        </span>
      </button>
    </div>
  );
}
