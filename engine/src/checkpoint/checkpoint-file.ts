/**
 * A file of weights, opened for reading by range, and the refusal all readers share. Knows no format.
 *
 * Written for files from strangers: only regular files are opened, and no range is read that the file does not have.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { CheckpointError } from '@easel/shared/errors';

/** What a file was when it was read, to notice one that was replaced under us. */
export interface FileStamp {
  /** Absolute path. */
  readonly file: string;
  readonly fileBytes: number;
  readonly modifiedMs: number;
}

export const DEFAULT_HINT = 'Download it again, or delete it.';

/** The error for a file that is not what a checkpoint should be. @param problem end of a sentence, without its full stop */
export const invalid = (
  file: string,
  problem: string,
  details: Record<string, unknown> = {},
  options?: ErrorOptions,
): CheckpointError =>
  new CheckpointError(
    'model_invalid',
    `${basename(file)} is not a readable checkpoint: ${problem}.`,
    { file, hint: DEFAULT_HINT, ...details },
    options,
  );

export class CheckpointFile implements FileStamp {
  private constructor(
    readonly file: string,
    readonly fileBytes: number,
    readonly modifiedMs: number,
    private readonly handle: FileHandle,
  ) {}

  /**
   * @throws model_gone when there is no such file
   * @throws model_invalid when it is no regular file or may not be read
   */
  static async open(path: string): Promise<CheckpointFile> {
    const file = resolve(path);
    const facts = await stat(file).catch((cause: unknown) => {
      throw new CheckpointError('model_gone', `${basename(file)} cannot be found or read.`, { file }, { cause });
    });
    // Opening a pipe or a device could wait for ever.
    if (!facts.isFile()) throw invalid(file, 'it is not a regular file');
    const handle = await open(file, 'r').catch((cause: unknown) => {
      const details = { file, hint: 'Check its permissions.' };
      throw new CheckpointError('model_invalid', `${basename(file)} cannot be opened.`, details, { cause });
    });
    return new CheckpointFile(file, facts.size, facts.mtimeMs, handle);
  }

  get stamp(): FileStamp {
    return { file: this.file, fileBytes: this.fileBytes, modifiedMs: this.modifiedMs };
  }

  /** @throws model_invalid when the file has not these bytes, or not any more */
  async read(position: number, length: number): Promise<Buffer> {
    const refusal = (): CheckpointError => invalid(this.file, 'it became shorter while it was read');
    if (!(position >= 0 && length >= 0 && position + length <= this.fileBytes)) throw refusal();
    const buffer = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.handle.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) throw refusal();
      done += bytesRead;
    }
    return buffer;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
