/**
 * The cells of one layer under the values of X and beside those of Y, which stay in sight; those of X alone as they fit.
 * Arrow keys walk them.
 */
import { axisRow } from '@easel/shared/grid/axes';
import { useCallback, useRef, useState, type KeyboardEvent } from 'react';

import { GridCell } from './grid-cell.tsx';
import { useAxisName, useWords } from './use-words.ts';

import type { GridCellView, ShownAxis } from '@easel/shared/http/grids';

interface GridTableProps {
  axes: readonly ShownAxis[];
  items: readonly GridCellView[];
  /** Which value of Z. */
  layer: number;
  /** Of a cell, in pixels. */
  size: number;
}

const MOVES: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1000, 0],
  End: [1000, 0],
};

const ONE: readonly string[] = [''];

export function GridTable({ axes, items, layer, size }: GridTableProps) {
  const { g } = useWords();
  const headingOf = useHeading();
  const scroller = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState('0-0');
  const [x, y, z] = axes;
  const columns = x?.entries ?? ONE;
  const rows = y?.entries ?? ONE;

  const [columnCount, rowCount] = [columns.length, rows.length];
  const walk = useCallback(
    (event: KeyboardEvent): void => {
      const move = MOVES[event.key];
      const at = (event.currentTarget as HTMLElement).dataset['cell']?.split('-').map(Number);
      if (move === undefined || at === undefined) return;
      event.preventDefault();
      const column = Math.min(columnCount - 1, Math.max(0, (at[0] ?? 0) + move[0]));
      const row = Math.min(rowCount - 1, Math.max(0, (at[1] ?? 0) + move[1]));
      const next = scroller.current?.querySelector<HTMLElement>(`[data-cell="${column}-${row}"]`);
      next?.focus();
      setStop(`${column}-${row}`);
    },
    [columnCount, rowCount],
  );

  if (x !== undefined && y === undefined) {
    return (
      <div
        ref={scroller}

        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pb-4 phone:px-2"
      >
        <ul aria-label={g('view.table')} className="numerals flex flex-wrap gap-x-1 gap-y-2">
          {columns.map((entry, column) => {
            const item = items[column];
            const cell = `${column}-0`;
            const place = headingOf(x, entry);
            return (
              <li key={`${column} ${entry}`} className="flex flex-col gap-1 text-xs text-soft" style={{ width: size }}>
                <span className="line-clamp-3 break-words">{place}</span>
                {item !== undefined && (
                  <GridCell
                    item={item}
                    cell={cell}
                    place={place}
                    size={size}
                    isTabStop={cell === stop}
                    onFocus={setStop}
                    onKeyDown={walk}
                  />
                )}
              </li>
            );
          })}
        </ul>
      </div>
    );
  }
  const heading = 'bg-wall px-2 py-1.5 text-xs font-medium text-soft';
  return (
    <div
      ref={scroller}

      className="min-h-0 flex-1 overflow-auto overscroll-contain px-4 pb-4 phone:px-2"
    >
      <table aria-label={g('view.table')} className="numerals border-separate border-spacing-1">
        <thead>
          <tr>
            {y !== undefined && <td aria-label={g('view.corner')} className="sticky top-0 left-0 z-20 bg-wall" />}
            {columns.map((entry, column) => (
              <th
                key={`${column} ${entry}`}
                scope="col"
                className={`${heading} sticky top-0 z-10 text-center align-bottom`}
              >
                <span className="line-clamp-3 break-words" style={{ maxWidth: Math.max(size, 96) }}>
                  {x === undefined ? '' : headingOf(x, entry)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((rowEntry, row) => (
            <tr key={`${row} ${rowEntry}`}>
              {y !== undefined && (
                <th
                  scope="row"
                  className={`${heading} sticky left-0 z-10 max-w-48 text-right align-middle phone:max-w-24`}
                >
                  <span className="line-clamp-6 break-words">{headingOf(y, rowEntry)}</span>
                </th>
              )}
              {columns.map((entry, column) => {
                const item = items[(layer * rows.length + row) * columns.length + column];
                const cell = `${column}-${row}`;
                const place = [
                  x && headingOf(x, entry),
                  y && headingOf(y, rowEntry),
                  z && headingOf(z, z.entries[layer] ?? ''),
                ].filter((words) => words !== undefined);
                return (
                  <td key={`${column} ${entry}`} className="p-0 align-middle">
                    {item !== undefined && (
                      <GridCell
                        item={item}
                        cell={cell}
                        place={place.join(', ')}
                        size={size}
                        isTabStop={cell === stop}
                        onFocus={setStop}
                        onKeyDown={walk}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A value with what it is a value of, unless it speaks for itself. */
function useHeading(): (axis: ShownAxis, entry: string) => string {
  const { g } = useWords();
  const axisName = useAxisName();
  return ({ type, name }, entry) => {
    const value = entry === '' ? g('form.nothing') : entry;
    return axisRow(type)?.isPlain === true ? value : `${name ?? axisName(type)} ${value}`;
  };
}
