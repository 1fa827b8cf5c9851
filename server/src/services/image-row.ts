/** Between a picture's row in the database and the forms the API shows. */
import type { TextToImageParameters } from '@easel/shared/generation';
import type { ImageSummary, ImageView } from '@easel/shared/http/images';
import type { Insertable, Selectable } from 'kysely';

import type { ImageTable } from '../store/tables.ts';
import type { PictureToSave, SavedPicture } from './picture.ts';
import { searchTextOf } from './search-text.ts';

export const toImageRow = (picture: Omit<PictureToSave, 'rgb'>, saved: SavedPicture): Insertable<ImageTable> => ({
  id: picture.imageId,
  job_id: picture.jobId,
  image_index: picture.imageIndex,
  file: saved.file,
  thumbnail: saved.thumbnail,
  width: picture.width,
  height: picture.height,
  size_bytes: saved.sizeBytes,
  prompt: picture.parameters.prompt,
  search_text: searchTextOf({ ...picture.parameters, modelName: picture.modelName }),
  parameters: JSON.stringify(picture.parameters),
  infotext: saved.infotext,
  created_at: picture.createdAt,
  deleted_at: null,
  notes: JSON.stringify(picture.notes ?? []),
  grid_id: picture.grid?.id ?? null,
});

type SummaryRow = Pick<
  Selectable<ImageTable>,
  'id' | 'job_id' | 'width' | 'height' | 'prompt' | 'created_at' | 'is_missing'
> & { grid_id?: string | null | undefined };

export const toImageSummary = (row: SummaryRow): ImageSummary => ({
  id: row.id,
  jobId: row.job_id,
  width: row.width,
  height: row.height,
  prompt: row.prompt,
  createdAt: row.created_at,
  ...(row.is_missing === 1 ? { isMissing: true } : {}),
  ...(row.grid_id ? { isSheet: true } : {}),
});

/** @param grid id of the grid that it belongs to, where there is one */
export const toImageView = (row: Selectable<ImageTable>, grid: string | null): ImageView => ({
  ...toImageSummary(row),
  fileName: row.file.slice(row.file.lastIndexOf('/') + 1),
  sizeBytes: row.size_bytes,
  parameters: JSON.parse(row.parameters) as TextToImageParameters,
  infotext: row.infotext,
  isDeleted: row.deleted_at !== null,
  notes: JSON.parse(row.notes) as ImageView['notes'],
  ...(grid === null ? {} : { grid }),
});
