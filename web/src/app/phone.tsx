/** One column: the picture, and a bar at the thumb with prompt and Generate. Everything else comes up as a sheet. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

import { useGallery } from '../api/images.ts';
import { useJobs } from '../api/jobs.ts';
import { Sheet } from '../components/sheet.tsx';
import { runningOf, waitingOf } from '../lib/progress.ts';
import { Composer } from '../panels/composer/composer.tsx';
import { QueuePanel } from '../panels/queue/queue.tsx';
import { useLayout } from '../state/layout.ts';
import { openImage, setOverlay, useView } from '../state/view.ts';
import { Banner } from './banner.tsx';
import { Centre, useShownImage } from './centre.tsx';
import { Header } from './header.tsx';
import { Details, Gallery, Grids, Models, Parameters } from './lazy-panels.tsx';

export function Phone() {
  const jobs = useJobs();
  const running = runningOf(jobs);
  const jobCount = waitingOf(jobs).length + (running ? 1 : 0);
  const areDetailsOpen = useLayout((state) => state.areDetailsOpen);
  const opened = useView((state) => state.openImage);
  const areModelsOpen = useView((state) => state.openModel !== null);
  const areGridsOpen = useView((state) => state.openGrid !== null);
  return (
    <div className="flex h-full flex-col">
      <Header isPhone isGalleryOpen={false} running={running} jobCount={jobCount} />
      <Banner />
      {areModelsOpen && <Models />}
      {areGridsOpen && <Grids />}
      <main className={clsx('flex min-h-0 flex-1 flex-col', (areModelsOpen || areGridsOpen) && 'hidden')}>
        {opened !== null && areDetailsOpen ? (
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
            <div className="h-[82%]">
              <Centre />
            </div>
            <Details id={opened} />
          </div>
        ) : (
          <div className="min-h-0 flex-1">
            <Centre />
          </div>
        )}
        <div className="shrink-0 border-t border-line bg-surface px-3 pt-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
          <Composer isPhone jobCount={jobCount} />
        </div>
      </main>
      <Sheets />
    </div>
  );
}

function Sheets() {
  const { t } = useTranslation();
  const overlay = useView((state) => state.overlay);
  const shown = useShownImage();
  const { total } = useGallery('');
  const close = (): void => setOverlay(null);
  const open = (id: string | null): void => {
    openImage(id);
    close();
  };
  return (
    <>
      <Sheet
        isTall
        isOpen={overlay === 'parameters'}
        title={t('parameters.title')}
        closeLabel={t('parameters.close')}
        onClose={close}
      >
        <Parameters />
      </Sheet>
      <Sheet
        isTall
        isOpen={overlay === 'gallery'}
        title={t('gallery.title')}
        closeLabel={t('gallery.close')}
        aside={
          total !== null &&
          total > 0 && <span className="text-xs text-faint">{t('gallery.count', { count: total })}</span>
        }
        onClose={close}
      >
        <Gallery currentId={shown} onOpen={open} />
      </Sheet>
      <Sheet isTall isOpen={overlay === 'queue'} title={t('queue.title')} closeLabel={t('queue.close')} onClose={close}>
        <QueuePanel />
      </Sheet>
    </>
  );
}
