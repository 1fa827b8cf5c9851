/** Three zones side by side: parameters, picture with prompt, gallery. */
import { clsx } from 'clsx';
import { PanelLeftClose } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useGallery } from '../api/images.ts';
import { useJobs } from '../api/jobs.ts';
import { isGalleryShown, toggleParameters } from '../commands/table.ts';
import { IconButton } from '../components/icon-button.tsx';
import { ResizeHandle } from '../components/resize-handle.tsx';
import { runningOf, waitingOf } from '../lib/progress.ts';
import { useIsNarrow } from '../lib/use-media.ts';
import { Composer } from '../panels/composer/composer.tsx';
import { GALLERY_WIDTH, PARAMETERS_WIDTH, setLayout, useLayout } from '../state/layout.ts';
import { openImage, useView } from '../state/view.ts';
import { Banner } from './banner.tsx';
import { Centre, useShownImage } from './centre.tsx';
import { Header } from './header.tsx';
import { Details, Gallery, Grids, Models, Parameters } from './lazy-panels.tsx';

export function Desk() {
  const jobs = useJobs();
  const running = runningOf(jobs);
  const jobCount = waitingOf(jobs).length + (running ? 1 : 0);
  const isParametersOpen = useLayout((state) => state.isParametersOpen);
  const areDetailsOpen = useLayout((state) => state.areDetailsOpen);
  const opened = useView((state) => state.openImage);
  const areModelsOpen = useView((state) => state.openModel !== null);
  const areGridsOpen = useView((state) => state.openGrid !== null);
  const isDetailed = opened !== null && areDetailsOpen;
  const isNarrow = useIsNarrow();
  const hasPictures = (useGallery('').total ?? 0) > 0;
  const isGalleryOpen = isGalleryShown(
    useLayout((state) => state.isGalleryOpen),
    hasPictures,
  );

  return (
    <div className="flex h-full flex-col">
      <Header isPhone={false} isGalleryOpen={isGalleryOpen} running={running} jobCount={jobCount} />
      <Banner />
      {areModelsOpen && <Models />}
      {areGridsOpen && <Grids />}
      <div className={clsx('flex min-h-0 flex-1', (areModelsOpen || areGridsOpen) && 'hidden')}>
        {isParametersOpen && <ParametersZone />}
        <main className="flex min-w-64 flex-1 flex-col">
          <div className="min-h-0 flex-1">
            <Centre />
          </div>
          <div className="mx-auto w-full max-w-3xl shrink-0 px-4 pb-4">
            <Composer isPhone={false} jobCount={jobCount} />
          </div>
        </main>
        {isDetailed && <Details id={opened} />}
        {isGalleryOpen && !(isNarrow && isDetailed) && <GalleryZone />}
      </div>
    </div>
  );
}

function ParametersZone() {
  const { t } = useTranslation();
  const width = useLayout((state) => state.parametersWidth);
  return (
    <aside
      aria-label={t('zone.parameters')}
      className="relative flex max-w-[34vw] shrink-0 flex-col border-r border-line bg-surface"
      style={{ width }}
    >
      <div className="flex h-11 shrink-0 items-center pr-2 pl-4">
        <h2 className="panel-title flex-1">{t('parameters.title')}</h2>
        <IconButton
          label={t('parameters.close')}
          keys="T"
          icon={<PanelLeftClose size={16} />}
          onClick={toggleParameters}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <Parameters />
      </div>
      <ResizeHandle
        label={t('zone.resizeParameters')}
        side="right"
        width={width}
        range={PARAMETERS_WIDTH}
        onResize={(parametersWidth) => setLayout({ parametersWidth })}
      />
    </aside>
  );
}

function GalleryZone() {
  const { t } = useTranslation();
  const width = useLayout((state) => state.galleryWidth);
  const shown = useShownImage();
  const { total } = useGallery('');
  return (
    <aside
      aria-label={t('zone.gallery')}
      className="relative flex max-w-[26vw] shrink-0 flex-col border-l border-line bg-surface"
      style={{ width }}
    >
      <div className="flex h-11 shrink-0 items-center gap-2 px-3">
        <h2 className="panel-title">{t('gallery.title')}</h2>
        {total !== null && total > 0 && (
          <span className="numerals text-xs text-faint">{t('gallery.count', { count: total })}</span>
        )}
      </div>
      <div className="min-h-0 flex-1">
        <Gallery currentId={shown} onOpen={openImage} />
      </div>
      <ResizeHandle
        label={t('zone.resizeGallery')}
        side="left"
        width={width}
        range={GALLERY_WIDTH}
        onResize={(galleryWidth) => setLayout({ galleryWidth })}
      />
    </aside>
  );
}
