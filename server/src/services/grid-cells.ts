/** From what was asked of a grid to the parameters of each cell, every one checked before anything is accepted. */
import { randomInt } from 'node:crypto';

import type { Catalogue } from '@easel/shared/catalogue';
import { fromWire, toStudioError, type StudioError } from '@easel/shared/errors';
import type { GenerationParameters, TextToImageRequest } from '@easel/shared/generation';
import {
  AXIS_NAMES,
  cellsOf,
  expandAxes,
  runOrder,
  shownAxisOf,
  type ExpandedAxis,
  type GridCell,
} from '@easel/shared/grid/expand';
import type { GridRequest, ShownAxis } from '@easel/shared/http/grids';
import type { OptionId } from '@easel/shared/options/table';
import { isNeutral, OPTION_IDS, type OptionValues } from '@easel/shared/options/values';
import { RANDOM_SEED_RANGE } from '@easel/shared/units';

import type { PictureWork } from './picture-work.ts';
import type { DrawnTexts } from './prompt-drawing.ts';

export interface ResolvedCell {
  readonly index: number;
  readonly parameters: GenerationParameters;
  readonly drawn: DrawnTexts;
}

export interface ResolvedGrid {
  /** As asked, with drawn seeds. */
  readonly asked: GridRequest;
  readonly axes: ShownAxis[];
  /** In the order they are to run. */
  readonly cells: ResolvedCell[];
}

const drawSeed = (): number => randomInt(RANDOM_SEED_RANGE);

/** Seeds that are left open are drawn once, so that cells differ by their axes only. */
function withSeeds(request: TextToImageRequest): TextToImageRequest {
  const open = (seed: number | undefined): number => (seed === undefined || seed === -1 ? drawSeed() : seed);
  return { ...request, count: 1, seed: open(request.seed), variationSeed: open(request.variationSeed) };
}

/** Fields that decide who reads options. */
const READERS = ['sampler', 'schedule', 'model', 'refiner'];

/**
 * @throws what reading axes and resolving requests throw, with the axis in `field` and its value in the message
 */
export async function resolveGrid(
  grid: GridRequest,
  { catalogue, pictureWork }: { catalogue: Catalogue; pictureWork: PictureWork },
): Promise<ResolvedGrid> {
  const asked: GridRequest = { request: withSeeds(grid.request), axes: grid.axes };
  const axes = expandAxes(asked, { catalogue, drawSeed });
  // An option that one sampler of several reads is left out of the others' cells; that of an axis is not.
  const isLenient = axes.some(({ row }) => row.fields.some((field) => READERS.includes(field)));
  const cells: ResolvedCell[] = [];
  for (const cell of runOrder(cellsOf(asked.request, axes), axes)) {
    try {
      const { parameters, drawn } = await pictureWork.resolve(cell.request, isLenient);
      refuseUnread(cell, parameters, axes);
      cells.push({ index: cell.index, parameters, drawn });
    } catch (thrown) {
      throw ofCell(toStudioError(thrown), cell, axes);
    }
  }
  return { asked, axes: axes.map(shownAxisOf), cells };
}

/** An axis whose option nothing would read in this cell. @throws not_allowed */
function refuseUnread(cell: GridCell, parameters: GenerationParameters, axes: readonly ExpandedAxis[]): void {
  const asked: OptionValues = cell.request;
  const made: OptionValues = parameters;
  for (const { row } of axes) {
    const id = row.id as OptionId;
    if (!OPTION_IDS.includes(id) || asked[id] === undefined || isNeutral(asked, id) || made[id] !== undefined) continue;
    throw fromWire({
      code: 'not_allowed',
      message: `${id}: nothing does anything with it here.`,
      details: { field: id, got: asked[id], hint: 'Take another axis, or what this one belongs to.' },
    });
  }
}

/** A refusal, told of the axes and values it is about; trouble of our own is nobody's value. */
function ofCell(error: StudioError, cell: GridCell, axes: readonly ExpandedAxis[]): StudioError {
  if (error.status >= 500) return error;
  const { code, message, details } = error.toWire();
  const guilty = axes.findIndex(({ row }) => details?.field !== undefined && row.fields.includes(details.field));
  const values = axes
    .map(({ row, entries }, axis) => {
      const entry = entries[cell.place[axis] ?? 0]?.label ?? '';
      return { axis, text: `${AXIS_NAMES[axis] ?? ''}, ${row.label} ${entry.slice(0, 60)}` };
    })
    .filter(({ axis }) => guilty < 0 || axis === guilty);
  const field = guilty >= 0 ? `axes.${guilty}.values` : `request.${details?.field ?? ''}`;
  return fromWire({
    code,
    message: `${values.map(({ text }) => text).join('; ')}: ${message}`,
    details: { ...details, field, cell: cell.index },
  });
}
