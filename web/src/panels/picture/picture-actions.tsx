/**
 * The bar below a picture. The two things people come back for have words; the rest are icons with names, and on a
 * phone a menu.
 */
import { Menu } from '@base-ui/react/menu';
import {
  ChevronLeft,
  ChevronRight,
  Download,
  Ellipsis,
  Info,
  Link,
  ScanSearch,
  Shrink,
  Shuffle,
  Trash2,
  WandSparkles,
  X,
  type LucideIcon,
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
import { useIsPhone } from '../../lib/use-media.ts';
import { setLayout, useLayout } from '../../state/layout.ts';
import { openImage, useView } from '../../state/view.ts';

import type { ImageView } from '@easel/shared/http/images';

interface PictureActionsProps {
  id: string;
  image: ImageView | undefined;
  isOpened: boolean;
}

interface Action {
  label: string;
  keys?: string;
  icon: LucideIcon;
  isDisabled?: boolean;
  isDangerous?: boolean;
  run: () => void;
}

export function PictureActions({ id, image, isOpened }: PictureActionsProps) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const isPhone = useIsPhone();
  const areDetailsOpen = useLayout((state) => state.areDetailsOpen) && isOpened;
  const actions = useActions(id, image);
  const toggleDetails = (): void => {
    openImage(id);
    setLayout({ areDetailsOpen: !areDetailsOpen });
  };

  return (
    <div
      role="toolbar"
      aria-label={t('picture.title')}
      className="mx-auto flex min-h-14 w-full max-w-3xl shrink-0 flex-wrap items-center justify-center gap-0.5 px-2 phone:gap-0 phone:px-1"
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
          className="phone:px-2"
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
          className="phone:px-2"
        >
          {t('picture.remix')}
        </Button>
      </Tip>
      <Divider />
      {isPhone ? (
        <ActionMenu actions={actions} />
      ) : (
        actions.map(({ label, keys, icon: Icon, isDisabled, isDangerous, run }) => (
          <IconButton
            key={label}
            label={label}
            keys={keys}
            look={isDangerous ? 'danger' : 'quiet'}
            icon={<Icon size={16} />}
            disabled={isDisabled}
            onClick={run}
          />
        ))
      )}
      <IconButton
        label={t(areDetailsOpen ? 'picture.hideDetails' : 'picture.showDetails')}
        keys="I"
        icon={<Info size={16} />}
        isPressed={areDetailsOpen}
        onClick={toggleDetails}
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

function useActions(id: string, image: ImageView | undefined): Action[] {
  const { t } = useTranslation();
  const context = useCommandContext();
  const isZoomed = useView((state) => state.isZoomed);
  return [
    {
      label: t(isZoomed ? 'picture.fit' : 'picture.actual'),
      keys: 'Z',
      icon: isZoomed ? Shrink : ScanSearch,
      run: () => useView.setState({ isZoomed: !isZoomed }),
    },
    { label: t('picture.copyLink'), icon: Link, run: () => void copyLink(id, context) },
    {
      label: t('picture.download'),
      icon: Download,
      isDisabled: !image || image.isMissing === true,
      run: () => void downloadPicture(id, context),
    },
    {
      label: t('picture.delete'),
      keys: t('keys.Delete'),
      icon: Trash2,
      isDisabled: image?.isDeleted ?? true,
      isDangerous: true,
      run: () => void deletePicture(id, context),
    },
  ];
}

function ActionMenu({ actions }: { actions: Action[] }) {
  const { t } = useTranslation();
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('picture.more')}
        className="inline-flex size-control shrink-0 items-center justify-center rounded-md text-soft hover:bg-hover data-popup-open:bg-hover"
      >
        <Ellipsis size={18} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" sideOffset={6} collisionPadding={8} className="z-60">
          <Menu.Popup className="popup min-w-48 p-1">
            {actions.map(({ label, icon: Icon, isDisabled, isDangerous, run }) => (
              <Menu.Item
                key={label}
                disabled={isDisabled ?? false}
                onClick={run}
                className="flex min-h-control items-center gap-3 rounded-sm px-3 outline-none select-none data-disabled:opacity-40 data-highlighted:bg-hover"
              >
                <Icon size={16} aria-hidden className={isDangerous ? 'text-danger' : 'text-soft'} />
                {label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Divider() {
  return <span aria-hidden className="mx-0.5 h-5 w-px bg-line phone:hidden" />;
}
