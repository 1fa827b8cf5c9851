/** Picture files with nothing but the promises of services/picture.ts, whose save can be made to fail. */
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { StudioError } from '@easel/shared/errors';

import type { FoundPicture, PictureFiles, PictureFilesOptions } from '../../src/services/picture.ts';

export interface PlainPictureFiles extends PictureFiles {
  /** How many of the next saves the disk refuses. */
  refusals: number;
}

/** The "PNG" is one line of JSON, then the pixels. */
export function createPlainPictureFiles({ outputs, thumbnails }: PictureFilesOptions): PlainPictureFiles {
  const files: PlainPictureFiles = {
    refusals: 0,
    async save({ rgb, ...picture }) {
      if (files.refusals > 0) {
        files.refusals -= 1;
        throw new StudioError('storage_unavailable', 'The disk is full.');
      }
      const file = `${picture.createdAt.slice(0, 10)}/${picture.imageId}.png`;
      const infotext = `${picture.parameters.prompt}\nSteps: ${picture.parameters.steps}`;
      const content = Buffer.concat([Buffer.from(`${JSON.stringify({ ...picture, infotext })}\n`), rgb]);
      await mkdir(join(outputs, '.tmp'), { recursive: true });
      await mkdir(dirname(join(outputs, file)), { recursive: true });
      await writeFile(join(outputs, '.tmp', picture.imageId), content);
      await rename(join(outputs, '.tmp', picture.imageId), join(outputs, file));
      return { file, thumbnail: await files.makeThumbnail(file, picture.imageId), sizeBytes: content.length, infotext };
    },
    async read(file) {
      const content = await readFile(join(outputs, file));
      const end = content.indexOf('\n');
      if (end < 0 || content[0] !== 123) return null;
      const found = JSON.parse(content.subarray(0, end).toString()) as Omit<FoundPicture, 'sizeBytes'>;
      return { ...found, sizeBytes: (await stat(join(outputs, file))).size };
    },
    async makeThumbnail(_file, imageId) {
      await writeFile(join(thumbnails, `${imageId}.webp`), 'thumbnail');
      return `${imageId}.webp`;
    },
    async sweep() {
      for (const name of await readdir(join(outputs, '.tmp')).catch(() => [])) await rm(join(outputs, '.tmp', name));
    },
  };
  return files;
}
