/** The axes as they are being typed: kept across reloads, read as they stand, changed by functions that return new ones. */
import { axisRow } from '@easel/shared/grid/axes';
import { expandAxes, type GridContext } from '@easel/shared/grid/expand';
import type { ValueProblem } from '@easel/shared/grid/values';
import { StudioError } from '@easel/shared/errors';
import { z } from 'zod';
import { create } from 'zustand';

import { readStored, writeStored } from '../../lib/storage.ts';

import type { TextToImageRequest } from '@easel/shared/generation';
import type { GridAxis, GridRequest } from '@easel/shared/http/grids';

/** One axis of the form; type '' = it changes nothing. */
export interface AxisDraft {
  readonly type: string;
  readonly values: string;
  /** Of the axis `lora`. */
  readonly name: string;
}

export const NO_AXIS: AxisDraft = { type: '', values: '', name: '' };
const VERSION = 1;

const draft = z.object({ type: z.string(), values: z.string(), name: z.string() });
const FIELDS = { axes: z.array(draft).length(3) };
const FIRST: { axes: readonly AxisDraft[] } = {
  axes: [{ type: 'steps', values: '', name: '' }, NO_AXIS, NO_AXIS],
};

export const useGridForm = create<{ axes: readonly AxisDraft[] }>()(() => {
  const { axes } = readStored<{ axes: readonly AxisDraft[] }>('grid', VERSION, FIELDS, FIRST);
  // An axis of another version of the program is none.
  return { axes: axes.map((axis) => (axisRow(axis.type) === undefined ? NO_AXIS : axis)) };
});

useGridForm.subscribe((state) => writeStored('grid', VERSION, state));

/** Changes one axis. Another thing to change has other values. */
export function changeAxis(index: number, change: Partial<AxisDraft>): void {
  const axes = useGridForm.getState().axes.map((axis, at) => {
    if (at !== index) return axis;
    return change.type !== undefined && change.type !== axis.type ? { ...NO_AXIS, ...change } : { ...axis, ...change };
  });
  useGridForm.setState({ axes });
}

/** Swaps two axes that stand side by side. */
export function swapAxes(first: number): void {
  const axes = [...useGridForm.getState().axes];
  axes.splice(first, 2, axes[first + 1] ?? NO_AXIS, axes[first] ?? NO_AXIS);
  useGridForm.setState({ axes });
}

/** Takes the axes of a grid over. */
export function takeAxes(axes: readonly GridAxis[]): void {
  useGridForm.setState({
    axes: [0, 1, 2].map((index) => {
      const axis = axes[index];
      return axis === undefined ? NO_AXIS : { type: axis.type, values: axis.values, name: axis.name ?? '' };
    }),
  });
}

/** The axes that change something, with their place in the form; the server numbers only these. */
export const usedAxes = (axes: readonly AxisDraft[]): { axis: GridAxis; place: number }[] =>
  axes.flatMap(({ type, values, name }, place) =>
    type === '' ? [] : [{ place, axis: { type, values, ...(type === 'lora' ? { name } : {}) } }],
  );

/** What is wrong with an axis, in the words of a reason. */
export interface AxisProblem {
  readonly reason: ValueProblem | 'too_many_cells';
  readonly got: string;
  readonly limit: string;
}

/** An axis read: labels of its values, or why it cannot be; neither while nothing is written. */
export interface AxisReading {
  readonly labels: readonly string[] | null;
  readonly problem: AxisProblem | null;
}

const UNREAD: AxisReading = { labels: null, problem: null };
/** Stands for a seed that the server will draw. */
export const DRAWN = '-1';

/** Each axis read by itself, and all together: an axis that is wrong does not hide what another says. */
export function readAxes(
  axes: readonly AxisDraft[],
  request: TextToImageRequest,
  catalogue: GridContext['catalogue'],
): { readings: AxisReading[]; count: number | null; problem: AxisProblem | null } {
  const context: GridContext = { catalogue, drawSeed: () => Number(DRAWN) };
  const readings = axes.map(() => UNREAD);
  const used = usedAxes(axes);
  for (const { axis, place } of used) {
    if (axis.values.trim() === '' && axis.type !== 'negativePrompt') continue;
    try {
      // Those before it are read with it, so that the same axis twice is seen.
      const sameKind = used.filter((other) => other.place < place && other.axis.type === axis.type);
      const expanded = expandAxes({ request, axes: [...sameKind.map((other) => other.axis), axis] }, context);
      readings[place] = { labels: expanded.at(-1)?.entries.map(({ label }) => label) ?? null, problem: null };
    } catch (thrown) {
      readings[place] = { labels: null, problem: problemOf(thrown) };
    }
  }
  const lengths = used.map(({ place }) => readings[place]?.labels?.length ?? null);
  if (used.length === 0 || lengths.includes(null)) return { readings, count: null, problem: null };
  try {
    const all = expandAxes({ request, axes: used.map(({ axis }) => axis) }, context);
    return { readings, count: all.reduce((product, { entries }) => product * entries.length, 1), problem: null };
  } catch (thrown) {
    return { readings, count: null, problem: problemOf(thrown) };
  }
}

/** What a refusal of an axis says; null of any other error. */
export function problemOf(thrown: unknown): AxisProblem | null {
  if (!(thrown instanceof StudioError)) return null;
  const { reason, got, limit } = thrown.details;
  if (thrown.code === 'too_many_cells') return { reason: 'too_many_cells', got: String(got), limit: String(limit) };
  if (thrown.code !== 'bad_axis' || typeof reason !== 'string') return null;
  return { reason: reason as ValueProblem, got: typeof got === 'string' ? got : '', limit: printLimit(limit) };
}

function printLimit(limit: unknown): string {
  if (typeof limit === 'number') return String(limit);
  if (typeof limit !== 'object' || limit === null || Array.isArray(limit)) return '';
  const { minimum, maximum } = limit as { minimum?: number; maximum?: number };
  return `${minimum} – ${maximum}`;
}

/** What to send: one picture a cell, whatever the form says. */
export const gridRequestOf = (request: TextToImageRequest, axes: readonly AxisDraft[]): GridRequest => ({
  request: { ...request, count: 1 },
  axes: usedAxes(axes).map(({ axis }) => axis),
});
