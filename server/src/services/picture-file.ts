/**
 * Writes pictures to disk so that what is said to be saved is saved, and reads them back when their row was lost.
 *
 * The bytes of a file depend on pixels, parameters, model and version alone: the same request gives the same file. Whose
 * picture it is (job, place, time) stands in the file's name. It knows no database; the order of a whole save is job-run.ts.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { StudioError } from '@easel/shared/errors';
import { writeInfotext } from '@easel/shared/infotext/write';
import sharp, { type Sharp } from 'sharp';

import { pathBelow } from './gallery.ts';
import type {
  FoundPicture,
  PictureFiles,
  PictureFilesOptions,
  PictureToSave,
  SavedPicture,
  UsedNetwork,
} from './picture.ts';
import { namePicture, parsePictureName, uuidOf, writtenPrefix } from './picture-name.ts';
import { formatRecord, INFOTEXT_KEYWORD, parseRecord, RECORD_KEYWORD } from './picture-record.ts';
import { isPng, measureWholePng } from './png-chunks.ts';
import { insertTexts, readTexts } from './png-text.ts';

/** Longest side of a thumbnail, in pixels. */
const THUMBNAIL_SIDE = 384;
const THUMBNAIL_QUALITY = 80;
/** Where files lie until they are whole, below outputs: a rename does not cross file systems. */
const TEMPORARY_FOLDER = '.tmp';
/** Larger files are not looked into. */
const LARGEST_FILE = 256 * 2 ** 20;
const LARGEST_PIXELS = 2 ** 26;

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'it is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EIO: 'the disk reports an error',
  ENOENT: 'it is not there',
};

const isFileError = (thrown: unknown): thrown is NodeJS.ErrnoException =>
  thrown instanceof Error && /^E[A-Z0-9]+$/.test((thrown as NodeJS.ErrnoException).code ?? '');

/** Names the folder by its role: a path is nobody's business. What the disk said is the cause, for the log. */
const refusedByDisk = (thrown: unknown): unknown => {
  if (!isFileError(thrown)) return thrown;
  const code = thrown.code as string;
  return new StudioError(
    'storage_unavailable',
    `The picture cannot be saved in the outputs folder: ${REASONS[code] ?? 'the disk refuses'} (${code}).`,
    { hint: 'Make room, or make the folder writable; then ask again.', folder: 'outputs', reason: code },
    { cause: thrown },
  );
};

const encodePng = async ({ rgb, width, height }: Pick<PictureToSave, 'rgb' | 'width' | 'height'>): Promise<Buffer> =>
  sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6, adaptiveFiltering: false, palette: false })
    .toBuffer();

const encodeThumbnail = async (picture: Sharp): Promise<Buffer> =>
  picture
    .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: THUMBNAIL_QUALITY })
    .toBuffer();

/** Makes a new name last through a power cut. Windows cannot open folders and needs nothing of the kind. */
const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A folder right below outputs that is a folder and no link to elsewhere. */
const ensureFolder = async (outputs: string, name: string): Promise<string> => {
  const folder = join(outputs, name);
  if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(outputs);
  if (!(await lstat(folder)).isDirectory()) {
    throw new StudioError('storage_unavailable', `In the outputs folder, ${name} is no folder but a link or a file.`, {
      hint: 'Move it away.',
      folder: 'outputs',
    });
  }
  return folder;
};

const writeWhole = async (path: string, bytes: Buffer): Promise<void> => {
  const handle = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
    0o644,
  );
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Gives a file its final name unless something has it. @returns false when something has */
const moveToFreeName = async (from: string, to: string): Promise<boolean> => {
  try {
    // Unlike a rename, a link is refused when the name is taken, without a moment between look and act.
    await link(from, to);
    await rm(from);
    return true;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code ?? '')) throw thrown;
  }
  // A file system without links (exFAT, some network folders).
  if (
    await lstat(to).then(
      () => true,
      () => false,
    )
  )
    return false;
  await rename(from, to);
  return true;
};

const hasBytes = async (path: string, bytes: Buffer): Promise<boolean> => {
  const { size } = await stat(path);
  return size === bytes.length && bytes.equals(await readFile(path));
};

const hashesOf = (networks: readonly UsedNetwork[], wanted: UsedNetwork['kind']): [string, string][] =>
  networks.flatMap(({ kind, name, hash }) => (kind === wanted && hash !== null ? [[name, hash]] : []));

const gridOf = ({ grid }: Pick<PictureToSave, 'grid'>): { grid?: [string, string][] } =>
  grid === undefined ? {} : { grid: grid.settings.map(([key, value]) => [key, value]) };

class DiskPictureFiles implements PictureFiles {
  readonly #options: PictureFilesOptions;

  constructor(options: PictureFilesOptions) {
    this.#options = options;
  }

  async save(picture: PictureToSave): Promise<SavedPicture> {
    const { failpoint, version } = this.#options;
    const infotext = this.#infotextOf(picture);
    const { parameters, modelName: name, modelSha256: sha256 } = picture;
    const model = { id: parameters.model, name, sha256 };
    const networks = [...(picture.networks ?? [])];
    const record = formatRecord({
      version,
      parameters,
      model,
      networks,
      notes: [...(picture.notes ?? [])],
      ...gridOf(picture),
    });
    const bytes = insertTexts(await encodePng(picture), [
      { keyword: INFOTEXT_KEYWORD, text: infotext },
      { keyword: RECORD_KEYWORD, text: record },
    ]);
    const file = await this.#write(picture, bytes).catch((thrown: unknown) => {
      throw refusedByDisk(thrown);
    });
    failpoint('after-rename');
    const raw = { raw: { width: picture.width, height: picture.height, channels: 3 as const } };
    const thumbnail = await this.#saveThumbnail(() => sharp(picture.rgb, raw), picture.imageId);
    failpoint('after-thumbnail');
    return { file, thumbnail, sizeBytes: bytes.length, infotext };
  }

  async read(file: string): Promise<FoundPicture | null> {
    const bytes = await this.#readPng(file);
    const size = bytes === null ? null : measureWholePng(bytes.png);
    if (bytes === null || size === null) return null;
    const texts = readTexts(bytes.png);
    const record = parseRecord(texts.find(({ keyword }) => keyword === RECORD_KEYWORD)?.text ?? '');
    if (record === null) return null;
    const name = parsePictureName(file);
    const jobIds = name === null ? [] : await this.#options.jobIdsStartingWith(writtenPrefix(name.jobPrefix));
    // A file under a name of somebody else's is known by its content, one whose job is gone by its name.
    const origin = name === null ? uuidOf(bytes.png) : name.jobPrefix;
    const jobId = jobIds.length === 1 ? (jobIds[0] as string) : uuidOf(`job ${origin}`);
    const imageIndex = name?.imageIndex ?? 0;
    return {
      imageId: uuidOf(`picture ${imageIndex} of ${jobId}`),
      jobId,
      imageIndex,
      ...size,
      parameters: record.parameters,
      modelName: record.model.name,
      modelSha256: record.model.sha256,
      ...(record.networks === undefined ? {} : { networks: record.networks }),
      ...(record.notes === undefined ? {} : { notes: record.notes }),
      // The name of a sheet has its grid's id in the place of a job's.
      ...(record.grid === undefined ? {} : { grid: { id: jobId, settings: record.grid } }),
      createdAt: name?.createdAt ?? bytes.modifiedAt,
      sizeBytes: bytes.png.length,
      infotext: texts.find(({ keyword }) => keyword === INFOTEXT_KEYWORD)?.text ?? '',
    };
  }

  async makeThumbnail(file: string, imageId: string): Promise<string | null> {
    const bytes = await this.#readPng(file);
    if (bytes === null) return null;
    return this.#saveThumbnail(() => sharp(bytes.png, { limitInputPixels: LARGEST_PIXELS, failOn: 'error' }), imageId);
  }

  async sweep(): Promise<void> {
    const folder = join(this.#options.outputs, TEMPORARY_FOLDER);
    const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw refusedByDisk(thrown);
    });
    for (const entry of entries) if (entry.isFile()) await rm(join(folder, entry.name), { force: true });
  }

  #infotextOf({ parameters, modelSha256, networks = [], grid }: PictureToSave): string {
    const catalogue = this.#options.catalogue();
    const labelOf = (list: readonly { id: string; label: string }[] | undefined, id: string): string =>
      list?.find((entry) => entry.id === id)?.label ?? id;
    return writeInfotext(parameters, {
      version: `Easel ${this.#options.version}`,
      samplerLabel: labelOf(catalogue?.samplers, parameters.sampler),
      scheduleLabel: labelOf(catalogue?.schedules, parameters.schedule),
      // Other programs look a model up by its file's name, not by its title.
      modelName: parameters.model.slice(parameters.model.lastIndexOf('/') + 1),
      modelSha256,
      loraHashes: hashesOf(networks, 'lora'),
      embeddingHashes: hashesOf(networks, 'embedding'),
      ...(grid === undefined ? {} : { beside: grid.settings }),
    });
  }

  /** @returns the path below outputs */
  async #write(picture: PictureToSave, bytes: Buffer): Promise<string> {
    const { outputs, failpoint } = this.#options;
    const { folder, stem } = namePicture({ ...picture, seed: picture.parameters.seed });
    const temporary = join(await ensureFolder(outputs, TEMPORARY_FOLDER), `${randomUUID()}.png`);
    const target = await ensureFolder(outputs, folder);
    try {
      await writeWhole(temporary, bytes);
      failpoint('after-temp');
      for (let copy = 1; ; copy += 1) {
        const name = copy === 1 ? `${stem}.png` : `${stem}-${copy}.png`;
        const path = join(target, name);
        // A picture whose row could not be written is saved again: the same file, there already.
        if ((await moveToFreeName(temporary, path)) || (await hasBytes(path, bytes))) {
          await syncFolder(target);
          return `${folder}/${name}`;
        }
      }
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Null when there is no such PNG, or it is too large to look at. Links are not followed. */
  async #readPng(file: string): Promise<{ png: Buffer; modifiedAt: string } | null> {
    const path = pathBelow(this.#options.outputs, file);
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((thrown: unknown) => {
      if (isFileError(thrown)) return null;
      throw thrown;
    });
    if (handle === null) return null;
    try {
      const { size, mtime } = await handle.stat();
      if (size > LARGEST_FILE) return null;
      const png = await handle.readFile();
      return isPng(png) ? { png, modifiedAt: mtime.toISOString() } : null;
    } catch (thrown) {
      if (isFileError(thrown)) return null;
      throw thrown;
    } finally {
      await handle.close();
    }
  }

  /** A picture counts without its thumbnail, so whatever goes wrong here is null. */
  async #saveThumbnail(openPicture: () => Sharp, imageId: string): Promise<string | null> {
    const file = `${imageId.slice(0, 2)}/${imageId}.webp`;
    const path = pathBelow(this.#options.thumbnails, file);
    const temporary = join(dirname(path), `.${randomUUID()}.${basename(path)}`);
    try {
      const bytes = await encodeThumbnail(openPicture());
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(temporary, bytes);
      await rename(temporary, path);
      return file;
    } catch {
      await rm(temporary, { force: true }).catch(() => null);
      return null;
    }
  }
}

/** @param options both folders are there */
export const createPictureFiles = (options: PictureFilesOptions): PictureFiles => new DiskPictureFiles(options);
