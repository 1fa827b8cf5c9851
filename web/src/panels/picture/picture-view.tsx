/** One finished picture: as large as fits, what can be done with it below. Not here: its parameters beside it. */
import { ImageOff, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { fileUrl, thumbnailUrl, useImage } from '../../api/images.ts';
import { useCommandContext } from '../../commands/context.ts';
import { restorePicture } from '../../commands/picture.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PictureFrame } from '../../components/picture-frame.tsx';
import { firstWords } from '../../lib/format.ts';
import { describeProblem } from '../../lib/problem.ts';
import { openImage, useView } from '../../state/view.ts';
import { PictureActions } from './picture-actions.tsx';

import type { ImageSummary, ImageView } from '@easel/shared/http/images';

const LONGEST_ALT = 200;

interface PictureViewProps {
  id: string;
  /** What the gallery already knows of it, so that the frame stands before the answer. */
  summary: ImageSummary | undefined;
  /** Opened on purpose, rather than being the newest: can be closed. */
  isOpened: boolean;
}

export function PictureView({ id, summary, isOpened }: PictureViewProps) {
  const { t } = useTranslation();
  const { image, error } = useImage(id);
  const isZoomed = useView((state) => state.isZoomed);
  const known = image ?? summary;
  if (error && !image) return <Missing error={error} isOpened={isOpened} />;

  return (
    <section aria-label={t('zone.stage')} className="flex h-full min-h-0 flex-col">
      {image?.isDeleted && <BinStrip id={id} />}
      <div className="min-h-0 flex-1 p-6 pb-4 phone:p-3">
        {known &&
          (known.isMissing ? (
            <EmptyState
              icon={<ImageOff size={32} />}
              title={t('picture.fileMissing')}
              hint={t('picture.fileMissingHint')}
            />
          ) : (
            <PictureFrame width={known.width} height={known.height} isActualSize={isZoomed}>
              <Picture key={id} id={id} prompt={known.prompt} isZoomed={isZoomed} />
            </PictureFrame>
          ))}
      </div>
      <PictureActions id={id} image={image} isOpened={isOpened} />
    </section>
  );
}

function Picture({ id, prompt, isZoomed }: { id: string; prompt: string; isZoomed: boolean }) {
  const { t } = useTranslation();
  const [isLoaded, setLoaded] = useState(false);
  const words = firstWords(prompt, LONGEST_ALT);
  return (
    <>
      {!isLoaded && <img src={thumbnailUrl(id)} alt="" className="absolute inset-0 size-full" />}
      <img
        src={fileUrl(id)}
        alt={words === '' ? t('picture.altWithoutPrompt') : t('picture.alt', { prompt: words })}
        onLoad={() => setLoaded(true)}
        onDoubleClick={() => useView.setState({ isZoomed: !isZoomed })}
        className="relative block size-full"
      />
    </>
  );
}

function BinStrip({ id }: Pick<ImageView, 'id'>) {
  const { t } = useTranslation();
  const context = useCommandContext();
  return (
    <div role="status" className="flex items-center justify-center gap-3 bg-warn-wash px-4 py-1.5">
      {t('picture.inBin')}
      <Button icon={<Undo2 size={14} />} onClick={() => void restorePicture(id, context)}>
        {t('picture.restore')}
      </Button>
    </div>
  );
}

function Missing({ error, isOpened }: { error: Error; isOpened: boolean }) {
  const { t, i18n } = useTranslation();
  const isUnknown = 'code' in error && error.code === 'unknown_image';
  const problem = describeProblem(error, t, i18n.language);
  return (
    <div className="grid h-full place-items-center">
      <EmptyState
        icon={<ImageOff size={32} />}
        title={isUnknown ? t('picture.notFound') : problem.title}
        hint={isUnknown ? t('picture.notFoundHint') : problem.hint}
        action={isOpened && <Button onClick={() => openImage(null)}>{t('picture.backToGallery')}</Button>}
      />
    </div>
  );
}
