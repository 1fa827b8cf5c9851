/**
 * Where a picture lies below outputs: `2026-11-23/142501-1234567-0f3a9c27b1d4-0.png`, that is day, time, seed, beginning of the
 * job's id, place in the job. Made by the server only, and read back when a picture is found without its row.
 */
import { createHash } from 'node:crypto';

export interface PictureName {
  /** ISO 8601, UTC; to the second. */
  createdAt: string;
  seed: number;
  /** The first twelve hexadecimal digits of the job's id. */
  jobPrefix: string;
  imageIndex: number;
}

const PATTERN =
  /(?:^|\/)(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)\/(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)-(?<seed>\d{1,16})-(?<job>[0-9a-f]{12})-(?<index>\d{1,4})(?:-\d+)?\.png$/;

const PREFIX_DIGITS = 12;

const two = (value: number): string => String(value).padStart(2, '0');

/** Folder and file name. The clock is the computer's, since people look for their pictures by it. */
export function namePicture(picture: { createdAt: string; seed: number; jobId: string; imageIndex: number }): {
  folder: string;
  stem: string;
} {
  const at = new Date(picture.createdAt);
  const prefix = picture.jobId.replaceAll('-', '').slice(0, PREFIX_DIGITS).toLowerCase();
  return {
    folder: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    stem: `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}-${picture.seed}-${prefix}-${picture.imageIndex}`,
  };
}

/** @param file below outputs; null when the name is not one of ours */
export function parsePictureName(file: string): PictureName | null {
  const parts = PATTERN.exec(file)?.groups;
  if (parts === undefined) return null;
  const { year, month, day, hour, minute, second } = parts;
  const at = new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return {
    createdAt: at.toISOString(),
    seed: Number(parts['seed']),
    jobPrefix: parts['job'] as string,
    imageIndex: Number(parts['index']),
  };
}

/** A UUID (version 8) that is always the same for the same content. */
export const uuidOf = (content: string | Uint8Array): string => {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** The beginning of a UUID as it is written, with its first hyphen. */
export const writtenPrefix = (jobPrefix: string): string => `${jobPrefix.slice(0, 8)}-${jobPrefix.slice(8)}`;
