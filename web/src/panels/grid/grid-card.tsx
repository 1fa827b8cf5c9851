/** A grid in the list: its sheet, what its axes change, how far it is. */
import { Grid3x3 } from 'lucide-react';

import { thumbnailUrl } from '../../api/images.ts';
import { firstWords, formatMoment } from '../../lib/format.ts';
import { openGrid } from '../../state/view.ts';
import { useAxisName, useWords } from './use-words.ts';

import type { GridSummary } from '@easel/shared/http/grids';

export function GridCard({ grid }: { grid: GridSummary }) {
  const { g, language } = useWords();
  const axisName = useAxisName();
  const isOpen = grid.endedAt === null;
  const state = isOpen
    ? g('view.progress', { done: grid.done, cells: grid.cells })
    : `${g(`view.state_${grid.state}`)} · ${formatMoment(grid.createdAt, language)}`;
  return (
    <li>
      <button
        type="button"
        onClick={() => openGrid(grid.id)}
        className="flex w-full items-center gap-3 rounded-lg border border-line bg-surface p-2 text-left hover:bg-hover"
      >
        <span className="grid size-16 shrink-0 place-items-center overflow-hidden rounded-sm bg-sunken text-faint">
          {grid.sheet === null ? (
            <Grid3x3 size={20} aria-hidden />
          ) : (
            <img
              src={thumbnailUrl(grid.sheet)}
              alt=""
              loading="lazy"
              className="size-full object-cover object-left-top"
            />
          )}
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">
            {grid.axes.map(({ type, name }) => (name === undefined ? axisName(type) : name)).join(' × ')}
          </span>
          <span className="block truncate text-soft">{firstWords(grid.prompt) || g('base.noPrompt')}</span>
          <span className="numerals block truncate text-xs text-faint">{state}</span>
        </span>
      </button>
    </li>
  );
}
