/**
 * The hashes by which people name models, in one pass over the file.
 *
 * Source: the WebUI and kohya's scripts, whose names these are.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { CheckpointFile } from '../checkpoint/checkpoint-file.ts';

export interface FileHashes {
  readonly sha256: string;
  /** Its first 10 digits. */
  readonly autoV2: string;
  /** First 12 digits of the SHA-256 of what follows the header; null for a file without one. */
  readonly autoV3: string | null;
  /** 8 digits of the SHA-256 of 64 KiB at 1 MiB, as programs of 2022 had it; null for a file that is shorter. */
  readonly short: string | null;
}

const SHORT_AT = 0x100000;
const SHORT_BYTES = 0x10000;
const CHUNK_BYTES = 4 << 20;

/** @param dataStart where the numbers of a .safetensors begin; null for other files */
export async function hashFile(file: string, dataStart: number | null): Promise<FileHashes> {
  const whole = createHash('sha256');
  const data = createHash('sha256');
  let position = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    whole.update(chunk);
    if (dataStart !== null && position + chunk.length > dataStart)
      data.update(chunk.subarray(Math.max(0, dataStart - position)));
    position += chunk.length;
  }
  const sha256 = whole.digest('hex');
  return {
    sha256,
    autoV2: sha256.slice(0, 10),
    autoV3: dataStart === null ? null : data.digest('hex').slice(0, 12),
    short: await shortHash(file),
  };
}

/**
 * SHA-256 alone.
 *
 * @param breathe called between chunks; what it throws ends the work
 * @throws model_gone when there is no such file
 */
export async function sha256Of(path: string, breathe: () => Promise<void>): Promise<string> {
  const file = await CheckpointFile.open(path);
  const hash = createHash('sha256');
  try {
    for (let at = 0; at < file.fileBytes; at += CHUNK_BYTES) {
      hash.update(await file.read(at, Math.min(CHUNK_BYTES, file.fileBytes - at)));
      await breathe();
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function shortHash(path: string): Promise<string | null> {
  const file = await CheckpointFile.open(path);
  try {
    const length = Math.min(SHORT_BYTES, file.fileBytes - SHORT_AT);
    if (length <= 0) return null;
    return createHash('sha256')
      .update(await file.read(SHORT_AT, length))
      .digest('hex')
      .slice(0, 8);
  } finally {
    await file.close();
  }
}
