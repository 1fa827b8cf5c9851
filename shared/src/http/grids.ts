/** POST, GET /api/v1/grids; POST /api/v1/grids/estimate; GET, DELETE /api/v1/grids/:id */
import { z } from 'zod';

import { numberField, textField } from '../fields.ts';
import { textToImageRequest } from '../generation.ts';
import { AXES } from '../grid/axes.ts';
import { jobProgress, jobState } from './jobs.ts';

/** One picture a cell. */
const ONE = { minimum: 1, maximum: 1, integer: true } as const;

/** One axis: what it changes, and its values as people write them (shared/src/grid/values.ts). */
export const gridAxis = z.strictObject({
  type: z.enum(AXES.map(({ id }) => id)),
  values: textField,
  /** Of the axis `lora`: the name in its tag. */
  name: z.string().max(256).optional(),
});
export type GridAxis = z.infer<typeof gridAxis>;

export const gridRequest = z.strictObject({
  /** What all cells have in common. A seed that is left open is drawn once, for all. */
  request: textToImageRequest.extend({ count: numberField(ONE).optional() }),
  /** X, Y and Z. */
  axes: z.array(gridAxis).min(1).max(3),
});
export type GridRequest = z.infer<typeof gridRequest>;

const shownAxis = gridAxis.extend({
  /** In English. */
  label: z.string(),
  /** Labels of its values, in their order; drawn seeds are told. */
  entries: z.array(z.string()),
});
export type ShownAxis = z.infer<typeof shownAxis>;

/** What a grid would be. */
export const gridEstimate = z.object({
  axes: z.array(shownAxis),
  cells: z.number().int(),
  /** For all cells, one after the other; null where a model has not been looked at closely, or nothing was measured. */
  durationMs: z.number().nullable(),
});
export type GridEstimate = z.infer<typeof gridEstimate>;

const GRID_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export const gridSummary = z.object({
  id: z.string(),
  /** `running` until the sheet is saved; `failed` where no cell has a picture. */
  state: z.enum(GRID_STATES),
  axes: z.array(shownAxis),
  prompt: z.string(),
  cells: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  /** Id of the picture that shows all cells; null until it is there, or where there is none. */
  sheet: z.string().nullable(),
  /** Why there is no sheet. */
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type GridSummary = z.infer<typeof gridSummary>;

export const gridCell = z.object({
  /** Place on each axis: `(z · rows + y) · columns + x`. */
  index: z.number().int(),
  jobId: z.string(),
  state: jobState,
  progress: jobProgress.nullable(),
  /** Id of its picture; null until it is there, and once it is in the bin. */
  image: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
});
export type GridCellView = z.infer<typeof gridCell>;

export const gridView = gridSummary.extend({
  /** By their index. */
  items: z.array(gridCell),
  /** As it was asked for. */
  request: gridRequest,
});
export type GridView = z.infer<typeof gridView>;

export const gridQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) });
export const gridList = z.object({ grids: z.array(gridSummary) });
