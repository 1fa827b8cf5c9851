/** One grid: how far it is, what can be done about it, and its cells below. */
import { ArrowLeft, Image, RotateCcw, X, ZoomIn, ZoomOut } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { cancelGrid } from '../../api/grids.ts';
import { useJobs } from '../../api/jobs.ts';
import { reportProblem, useCommandContext } from '../../commands/context.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { firstWords } from '../../lib/format.ts';
import { picturesOf } from '../../lib/progress.ts';
import { describeStored } from '../../lib/problem.ts';
import { useIsPhone } from '../../lib/use-media.ts';
import { openGrid, openImage } from '../../state/view.ts';
import { takeAxes } from './grid-form.ts';
import { GridTable } from './grid-table.tsx';
import { useAxisName, useWords } from './use-words.ts';

import type { GridCellView, GridView } from '@easel/shared/http/grids';

/** Sides of a cell, in pixels. */
const SIZES = [64, 96, 128, 192, 256, 384, 512, 768] as const;
const FIRST_SIZE = { desk: 4, phone: 2 } as const;

export function OpenedGrid({ grid }: { grid: GridView }) {
  const { g } = useWords();
  const isPhone = useIsPhone();
  const [size, setSize] = useState<number>(isPhone ? FIRST_SIZE.phone : FIRST_SIZE.desk);
  const [layer, setLayer] = useState(0);
  const items = useLiveItems(grid);
  const [, , z] = grid.axes;
  return (
    <>
      <Head grid={grid}>
        <IconButton
          label={g('view.smaller')}
          icon={<ZoomOut size={17} />}
          disabled={size === 0}
          onClick={() => setSize(size - 1)}
        />
        <IconButton
          label={g('view.larger')}
          icon={<ZoomIn size={17} />}
          disabled={size === SIZES.length - 1}
          onClick={() => setSize(size + 1)}
        />
      </Head>
      <Facts grid={grid} />
      {z !== undefined && <Layers axis={z} layer={layer} onLayer={setLayer} />}
      <GridTable axes={grid.axes} items={items} layer={layer} size={SIZES[size] ?? 256} />
    </>
  );
}

/** The cells as they stand now: what the socket has told since they were asked for. */
function useLiveItems(grid: GridView): readonly GridCellView[] {
  const jobs = new Map(picturesOf(useJobs())?.map((job) => [job.id, job]));
  return grid.items.map((item) => {
    const job = jobs.get(item.jobId);
    if (job === undefined || item.state === 'done') return item;
    const { state, progress, error } = job;
    // The same object while it is the same, so that a thousand cells are not drawn anew for one.
    if (state === item.state && progress === item.progress) return item;
    return { ...item, state, progress, error, image: item.image ?? job.images[0] ?? null };
  });
}

function Head({ grid, children }: { grid: GridView; children: React.ReactNode }) {
  const { g } = useWords();
  const context = useCommandContext();
  const axisName = useAxisName();
  const isOpen = grid.endedAt === null;
  const isMaking = isOpen && grid.items.every(({ state }) => state !== 'queued' && state !== 'running');
  const cancel = (): void => void cancelGrid(grid.id).catch((thrown: unknown) => reportProblem(thrown, context));
  const again = (): void => {
    takeAxes(grid.axes);
    openGrid('');
  };
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1 px-4 pt-3 pb-1 phone:px-1 phone:pt-1">
      <IconButton label={g('page.back')} icon={<ArrowLeft size={17} />} onClick={() => openGrid('')} />
      <h1 className="ml-1 min-w-0 flex-1 truncate font-serif text-xl font-semibold">
        {grid.axes.map(({ type, name }) => (name === undefined ? axisName(type) : name)).join(' × ')}
      </h1>
      {children}
      <Button look="quiet" icon={<RotateCcw size={15} />} onClick={again}>
        {g('view.again')}
      </Button>
      {isOpen && !isMaking && (
        <Button icon={<X size={15} />} onClick={cancel}>
          {g('view.cancel')}
        </Button>
      )}
      {grid.sheet !== null && (
        <Button icon={<Image size={15} />} onClick={() => openImage(grid.sheet)}>
          {g('view.sheet')}
        </Button>
      )}
      {isMaking && <span className="animate-breathe px-2 text-faint">{g('view.making')}</span>}
    </div>
  );
}

function Facts({ grid }: { grid: GridView }) {
  const { t } = useTranslation();
  const { g, language } = useWords();
  const facts = [
    g(`view.state_${grid.state}`),
    g('view.progress', { done: grid.done, cells: grid.cells }),
    ...(grid.failed > 0 ? [g('view.failedCount', { count: grid.failed })] : []),
    firstWords(grid.prompt, 120) || g('base.noPrompt'),
  ];
  return (
    <div className="flex shrink-0 flex-col gap-2 px-4 pb-2 phone:px-3">
      <p role="status" className="numerals truncate text-soft" data-state={grid.state}>
        {facts.join(' · ')}
      </p>
      {grid.endedAt === null && (
        <ProgressBar label={g('view.progressLabel')} fraction={(grid.done + grid.failed) / grid.cells} />
      )}
      {grid.error !== null && (
        <Notice
          tone="warn"
          title={g('view.noSheet')}
          message={language === 'en' ? grid.error.message : null}
          hint={describeStored(grid.error, t, language).hint}
        />
      )}
    </div>
  );
}

interface LayersProps {
  axis: GridView['axes'][number];
  layer: number;
  onLayer: (layer: number) => void;
}

/** The values of Z, of which one is shown: its pictures stand where those of the others did. */
function Layers({ axis, layer, onLayer }: LayersProps) {
  const { g } = useWords();
  const axisName = useAxisName();
  return (
    <div
      role="group"
      aria-label={g('view.layers')}
      className="flex shrink-0 items-center gap-1 overflow-x-auto px-4 pb-2 phone:px-3"
    >
      <span className="pr-1 text-xs whitespace-nowrap text-faint">{axis.name ?? axisName(axis.type)}</span>
      {axis.entries.map((entry, index) => (
        <button
          // Two values may be the same.
          key={`${index} ${entry}`}
          type="button"
          aria-pressed={index === layer}
          onClick={() => onLayer(index)}
          className="numerals h-7 max-w-60 shrink-0 truncate rounded-full border border-edge px-2.5 text-xs text-soft hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:text-accent-ink phone:h-11 phone:px-4"
        >
          {entry === '' ? g('form.nothing') : entry}
        </button>
      ))}
    </div>
  );
}
