/** The top line: name, how things stand, the queue, and settings. */
import { Popover } from '@base-ui/react/popover';
import { Boxes, Images, ListVideo } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useEngine } from '../api/catalogue.ts';
import { useCommandContext } from '../commands/context.ts';
import { toggleGallery, toggleModels } from '../commands/table.ts';
import { IconButton } from '../components/icon-button.tsx';
import { Logo } from '../components/logo.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { Tip } from '../components/tip.tsx';
import { fractionOf, percentOf } from '../lib/progress.ts';
import { useLive } from '../state/live.ts';
import { isPageOpen, setOverlay, useView } from '../state/view.ts';
import { QueuePanel } from '../panels/queue/queue.tsx';
import { SettingsMenu } from './settings-menu.tsx';

import type { JobView } from '@easel/shared/http/jobs';

interface HeaderProps {
  isPhone: boolean;
  isGalleryOpen: boolean;
  running: JobView | undefined;
  jobCount: number;
}

export function Header({ isPhone, isGalleryOpen, running, jobCount }: HeaderProps) {
  const { t } = useTranslation();
  const context = useCommandContext();
  const areModelsOpen = useView((state) => state.openModel !== null);
  const isOnPage = useView(isPageOpen);
  return (
    <header
      aria-label={t('zone.header')}
      className="relative flex h-12 shrink-0 items-center gap-1 border-b border-line bg-surface pr-2 pl-4 phone:h-13 phone:pl-3"
    >
      {!isOnPage && (
        <a
          href={`#prompt`}
          className="sr-only rounded-md bg-raised px-3 py-1.5 focus-visible:not-sr-only focus-visible:absolute focus-visible:left-3 focus-visible:z-10"
        >
          {t('app.skipToPrompt')}
        </a>
      )}
      <span className="flex items-center gap-2 select-none">
        <Logo size={24} />
        <span className="font-serif text-lg font-semibold tracking-tight">{t('app.name')}</span>
      </span>
      <EngineMark />
      <span className="flex-1" />
      {!isPhone && <QueuePopover running={running} jobCount={jobCount} />}
      <IconButton
        label={t('zone.models')}
        keys={`${t('keys.Shift')} M`}
        icon={<Boxes size={17} />}
        isPressed={areModelsOpen}
        onClick={toggleModels}
      />
      <SettingsMenu />
      {!isPhone && !isOnPage && (
        <IconButton
          label={t(isGalleryOpen ? 'gallery.close' : 'gallery.open')}
          keys="G"
          icon={<Images size={17} />}
          isPressed={isGalleryOpen}
          onClick={() => toggleGallery(context)}
        />
      )}
      {running && (
        <ProgressBar
          label={t('stage.progress')}
          fraction={running.progress && running.progress.activity !== 'loading' ? fractionOf(running.progress) : null}
          className="absolute! inset-x-0 -bottom-px h-0.5! rounded-none!"
        />
      )}
    </header>
  );
}

function EngineMark() {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const isConnected = useLive((state) => state.isConnected);
  if (!isConnected || engine?.state !== 'ready') return null;
  const label =
    engine.device === null ? t('status.ready') : t('status.readyOn', { device: engine.device.toUpperCase() });
  // Why this device: the engine says it in English.
  const why = i18n.language === 'en' ? engine.reason : null;
  const text = why === null ? label : `${label}. ${why}`;
  return (
    <Tip text={text}>
      <span role="img" aria-label={text} className="ml-1 grid size-6 place-items-center">
        <span className="size-1.5 rounded-full bg-accent" />
      </span>
    </Tip>
  );
}

function QueuePopover({ running, jobCount }: Pick<HeaderProps, 'running' | 'jobCount'>) {
  const { t } = useTranslation();
  const isOpen = useView((state) => state.overlay === 'queue');
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => setOverlay(open ? 'queue' : null)}>
      <Popover.Trigger className="flex h-control items-center gap-1.5 rounded-md px-2.5 text-soft transition-colors hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink">
        <ListVideo size={17} aria-hidden />
        <span>{t('queue.title')}</span>
        {jobCount > 0 && (
          <span className="numerals min-w-4 rounded-full bg-accent px-1 text-center text-2xs font-semibold text-on-accent">
            {jobCount}
          </span>
        )}
        {running && (
          <span className="numerals w-9 text-right text-xs text-faint">
            {t('queue.percent', { percent: percentOf(running.progress) })}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={6} collisionPadding={8} className="z-30">
          <Popover.Popup className="popup flex max-h-[min(70dvh,var(--available-height))] w-96 flex-col overflow-y-auto">
            <Popover.Title className="panel-title px-4 pt-3">{t('queue.title')}</Popover.Title>
            <QueuePanel />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
