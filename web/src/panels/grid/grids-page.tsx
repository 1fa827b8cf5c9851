/** The page of grids: one that is open, or the form of a new one above those that were made lately. */
import { ArrowLeft, Grid3x3 } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useGrid, useGrids } from '../../api/grids.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { describeProblem } from '../../lib/problem.ts';
import { openGrid, useView } from '../../state/view.ts';
import { GridCard } from './grid-card.tsx';
import { OpenedGrid } from './opened-grid.tsx';
import { NewGrid } from './new-grid.tsx';
import { useWords } from './use-words.ts';

export function GridsPage() {
  const { g } = useWords();
  const id = useView((state) => state.openGrid) ?? '';
  return (
    <main aria-label={g('page.title')} className="flex min-h-0 flex-1 flex-col">
      {id === '' ? <Overview /> : <One key={id} id={id} />}
    </main>
  );
}

function Overview() {
  const { g } = useWords();
  const grids = useGrids();
  return (
    <>
      <div className="flex shrink-0 items-center gap-1 px-4 pt-3 pb-2 phone:px-1 phone:pt-1 phone:pb-1">
        <IconButton label={g('page.close')} icon={<ArrowLeft size={17} />} onClick={() => openGrid(null)} />
        <h1 className="ml-1 font-serif text-xl font-semibold">{g('page.title')}</h1>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <div className="mx-auto flex w-full max-w-4xl flex-col gap-5 px-4 pb-8 phone:px-3">
          <NewGrid />
          {grids !== undefined && grids.length > 0 && (
            <section aria-labelledby="recent-grids">
              <h2 id="recent-grids" className="panel-title pb-2">
                {g('page.recent')}
              </h2>
              <ul className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-2">
                {grids.map((grid) => (
                  <GridCard key={grid.id} grid={grid} />
                ))}
              </ul>
            </section>
          )}
        </div>
      </div>
    </>
  );
}

function One({ id }: { id: string }) {
  const { t } = useTranslation();
  const { g, language } = useWords();
  const { grid, error } = useGrid(id);
  if (grid) return <OpenedGrid grid={grid} />;
  if (error === null) return <div className="flex-1" />;
  const isUnknown = 'code' in error && error.code === 'unknown_grid';
  return (
    <div className="grid flex-1 place-items-center">
      <EmptyState
        icon={<Grid3x3 size={28} />}
        title={isUnknown ? g('page.unknown') : g('page.failed')}
        hint={isUnknown ? g('page.unknownHint') : describeProblem(error, t, language).hint}
        action={<Button onClick={() => openGrid('')}>{g('page.back')}</Button>}
      />
    </div>
  );
}
