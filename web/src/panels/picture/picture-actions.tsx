/** The bar below a picture. The two things people come back for have words; the rest are icons with names. */
import {
  ChevronLeft,
  ChevronRight,
  Download,
  Info,
  Link,
  ScanSearch,
  Shrink,
  Shuffle,
  Trash2,
  WandSparkles,
  X,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useCommandContext } from '../../commands/context.ts';
import {
  applyAll,
  applyRemix,
  copyLink,
  deletePicture,
  downloadPicture,
  stepThroughGallery,
} from '../../commands/picture.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Tip } from '../../components/tip.tsx';
import { setLayout, useLayout } from '../../state/layout.ts';
import { openImage, useView } from '../../state/view.ts';

import type { ImageView } from '@easel/shared/http/images';

interface PictureActionsProps {
  id: string;
  image: ImageView | undefined;
  isOpened: boolean;
}

export function PictureActions({ id, image, isOpened }: PictureActionsProps) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const isZoomed = useView((state) => state.isZoomed);
  const areDetailsOpen = useLayout((state) => state.areDetailsOpen) && isOpened;
  const showDetails = (): void => {
    openImage(id);
    setLayout({ areDetailsOpen: !areDetailsOpen });
  };

  return (
    <div
      role="toolbar"
      aria-label={t('picture.title')}
      className="mx-auto flex min-h-14 w-full max-w-3xl shrink-0 flex-wrap items-center justify-center gap-1 px-4 phone:px-2"
    >
      <IconButton
        label={t('picture.previous')}
        keys={t('keys.ArrowLeft')}
        icon={<ChevronLeft size={18} />}
        onClick={() => stepThroughGallery(-1, context)}
      />
      <IconButton
        label={t('picture.next')}
        keys={t('keys.ArrowRight')}
        icon={<ChevronRight size={18} />}
        onClick={() => stepThroughGallery(1, context)}
      />
      <Divider />
      <Tip text={t('picture.useAllHint')} keys="A">
        <Button
          look="quiet"
          icon={<WandSparkles size={15} />}
          disabled={!image}
          onClick={() => void applyAll(id, context)}
        >
          {t('picture.useAll')}
        </Button>
      </Tip>
      <Tip text={t('picture.remixHint')} keys="R">
        <Button
          look="quiet"
          icon={<Shuffle size={15} />}
          disabled={!image}
          onClick={() => void applyRemix(id, context)}
        >
          {t('picture.remix')}
        </Button>
      </Tip>
      <Divider />
      <IconButton
        label={t(isZoomed ? 'picture.fit' : 'picture.actual')}
        keys="Z"
        icon={isZoomed ? <Shrink size={16} /> : <ScanSearch size={16} />}
        onClick={() => useView.setState({ isZoomed: !isZoomed })}
      />
      <IconButton label={t('picture.copyLink')} icon={<Link size={16} />} onClick={() => void copyLink(id, context)} />
      <IconButton
        label={t('picture.download')}
        icon={<Download size={16} />}
        disabled={!image}
        onClick={() => void downloadPicture(id, context)}
      />
      <IconButton
        label={t('picture.delete')}
        keys={t('keys.Delete')}
        look="danger"
        icon={<Trash2 size={16} />}
        disabled={image?.isDeleted ?? true}
        onClick={() => void deletePicture(id, context)}
      />
      <IconButton
        label={t(areDetailsOpen ? 'picture.hideDetails' : 'picture.showDetails')}
        keys="I"
        icon={<Info size={16} />}
        isPressed={areDetailsOpen}
        onClick={showDetails}
      />
      {isOpened && (
        <>
          <Divider />
          <IconButton
            label={t('picture.close')}
            keys={t('keys.Escape')}
            icon={<X size={17} />}
            onClick={() => openImage(null)}
          />
        </>
      )}
    </div>
  );
}

function Divider() {
  return <span aria-hidden className="mx-1 h-5 w-px bg-line phone:hidden" />;
}
