/** GET /api/v1/images; GET, DELETE /api/v1/images/:id; POST /api/v1/images/:id/restore; GET …/file, …/thumbnail */
import { z } from 'zod';

import { PICTURE_NOTES } from '../picture-notes.ts';
import { textToImageParameters } from '../generation.ts';

export const imageSummary = z.object({
  id: z.string(),
  jobId: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  prompt: z.string(),
  createdAt: z.string(),
  /** Present and true when the file is no longer in the outputs folder. */
  isMissing: z.boolean().optional(),
  /** Present and true of a sheet that shows the cells of a grid. */
  isSheet: z.boolean().optional(),
});
export type ImageSummary = z.infer<typeof imageSummary>;

export const imageView = imageSummary.extend({
  /** File name without folders, as a download is called. */
  fileName: z.string(),
  sizeBytes: z.number().int(),
  /** Posted to /api/v1/jobs as they are, they make the same picture. */
  parameters: textToImageParameters,
  /** The A1111 text that stands in the file. */
  infotext: z.string(),
  isDeleted: z.boolean(),
  /** What to know of it beside its parameters: how it was made to fit the memory, or rescued. */
  notes: z.array(z.enum(PICTURE_NOTES)),
  /** Id of the grid that it is a cell of, or the sheet; then the parameters are those of one cell. */
  grid: z.string().optional(),
});
export type ImageView = z.infer<typeof imageView>;

export const imageQuery = z.strictObject({
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
  /** Literal words looked for in prompt, negative prompt and model name. */
  query: z.string().max(1000).optional(),
});
export const imageList = z.object({
  images: z.array(imageSummary),
  nextCursor: z.string().nullable(),
  total: z.number().int(),
});
export type ImageList = z.infer<typeof imageList>;
