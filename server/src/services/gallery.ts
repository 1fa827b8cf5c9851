/** The index of pictures: paging, search, files by id, bin and restore. */
import type { ImageList, ImageView } from '@easel/shared/http/images';

/** A file to be served. */
export interface ServedFile {
  /** Absolute path. */
  path: string;
  fileName: string;
  mime: string;
}

export declare class Gallery {
  /** Newest first. @throws bad_cursor */
  list(page: { cursor?: string | undefined; limit: number; query?: string | undefined }): Promise<ImageList>;
  /** @throws unknown_image */
  get(id: string): Promise<ImageView>;
  /** @throws unknown_image, also for pictures in the bin */
  file(id: string): Promise<ServedFile>;
  /** @throws unknown_image */
  thumbnail(id: string): Promise<ServedFile>;
  /** Moves the picture to the bin; twice is fine. @throws unknown_image, storage_unavailable */
  delete(id: string): Promise<ImageView>;
  /** Takes it out of the bin again; twice is fine. @throws unknown_image, storage_unavailable */
  restore(id: string): Promise<ImageView>;
}
