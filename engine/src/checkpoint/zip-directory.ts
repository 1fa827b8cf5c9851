/**
 * The directory of a zip archive, read by range from its end; zip64 too. Lists what is inside and where; unpacks nothing
 * and never makes a path of a name.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3.
 */
import { invalid, type CheckpointFile } from './checkpoint-file.ts';

export interface ZipEntry {
  readonly name: string;
  /** Bytes in the archive. */
  readonly packedBytes: number;
  /** Bytes unpacked, as the directory claims. */
  readonly byteLength: number;
  readonly isDeflated: boolean;
  /** Where the entry's own header lies; its data lies behind that. */
  readonly headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ZIP64_FIELD = 0x0001;
/** A value that stands in the zip64 field instead. */
const ELSEWHERE = 0xffffffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Checkpoints have one entry for each tensor and a few more. */
const MOST_ENTRIES = 60_000;
const LARGEST_DIRECTORY = 32 << 20;
/** What deflate can at most make of a byte. */
const HIGHEST_RATIO = 1032;

/** Where the directory lies. */
interface DirectoryPlace {
  readonly offset: number;
  readonly byteLength: number;
}

const safe = (value: bigint): number => (value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value));

/**
 * Entries by name. Of two with one name the first counts.
 *
 * @throws model_invalid when the directory is missing or says what cannot be
 */
export async function readZipDirectory(opened: CheckpointFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { file, fileBytes } = opened;
  const bad = (problem: string): Error => invalid(file, problem);
  const { offset, byteLength } = await findDirectory(opened);
  if (byteLength > LARGEST_DIRECTORY || !(offset + byteLength <= fileBytes))
    throw bad('its directory of entries lies outside the file');
  const bytes = await opened.read(offset, byteLength);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  while (position + CENTRAL_BYTES <= bytes.length && bytes.readUInt32LE(position) === CENTRAL_SIGNATURE) {
    const nameLength = bytes.readUInt16LE(position + 28);
    const extraLength = bytes.readUInt16LE(position + 30);
    const nameStart = position + CENTRAL_BYTES;
    const extraStart = nameStart + nameLength;
    const end = extraStart + extraLength + bytes.readUInt16LE(position + 32);
    if (end > bytes.length) throw bad('its directory of entries breaks off');
    const name = bytes.toString('utf8', nameStart, extraStart);
    const entry = readEntry(bytes, position, name, bytes.subarray(extraStart, extraStart + extraLength));
    if (typeof entry === 'string') throw bad(`its entry ${name.slice(0, 80)} ${entry}`);
    if (!entries.has(name)) entries.set(name, entry);
    if (entries.size > MOST_ENTRIES) throw bad(`it has more than ${MOST_ENTRIES} entries`);
    position = end;
  }
  if (position !== bytes.length) throw bad('its directory of entries is damaged');
  for (const entry of entries.values()) {
    const isPossible = entry.headerOffset + LOCAL_BYTES + entry.packedBytes <= offset;
    if (!isPossible) throw bad(`its entry ${entry.name.slice(0, 80)} lies outside the file`);
  }
  return entries;
}

/** The end record is the last thing in the file but for a comment of unknown length. */
async function findDirectory(opened: CheckpointFile): Promise<DirectoryPlace> {
  const { file, fileBytes } = opened;
  const tailBytes = Math.min(fileBytes, END_BYTES + LONGEST_COMMENT + LOCATOR_BYTES);
  const tailOffset = fileBytes - tailBytes;
  const tail = await opened.read(tailOffset, tailBytes);
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE || at + END_BYTES + tail.readUInt16LE(at + 20) !== tailBytes) continue;
    const locatorAt = at - LOCATOR_BYTES;
    if (locatorAt >= 0 && tail.readUInt32LE(locatorAt) === LOCATOR_SIGNATURE) {
      return readEnd64(opened, safe(tail.readBigUInt64LE(locatorAt + 8)));
    }
    return { offset: tail.readUInt32LE(at + 16), byteLength: tail.readUInt32LE(at + 12) };
  }
  throw invalid(file, 'it is a zip archive without its end', {
    hint: 'The download stopped early: download it again.',
  });
}

async function readEnd64(opened: CheckpointFile, offset: number): Promise<DirectoryPlace> {
  if (!(offset + END64_BYTES <= opened.fileBytes))
    throw invalid(opened.file, 'its directory of entries lies outside the file');
  const record = await opened.read(offset, END64_BYTES);
  if (record.readUInt32LE(0) !== END64_SIGNATURE) throw invalid(opened.file, 'its directory of entries is damaged');
  return { offset: safe(record.readBigUInt64LE(48)), byteLength: safe(record.readBigUInt64LE(40)) };
}

/** @returns the entry, or what is wrong with it as the end of a sentence */
function readEntry(bytes: Buffer, at: number, name: string, extra: Buffer): ZipEntry | string {
  if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0) return 'is encrypted';
  const method = bytes.readUInt16LE(at + 10);
  if (method !== STORED && method !== DEFLATED) return `is packed by the unknown method ${method}`;
  const wide = readZip64(extra);
  /** In this order, and each only where its short form has no room. */
  const value = (short: number): number => (short === ELSEWHERE ? (wide.shift() ?? Infinity) : short);
  const byteLength = value(bytes.readUInt32LE(at + 24));
  const packedBytes = value(bytes.readUInt32LE(at + 20));
  const headerOffset = value(bytes.readUInt32LE(at + 42));
  const isDeflated = method === DEFLATED;
  if (!Number.isFinite(byteLength + packedBytes + headerOffset)) return 'has an absurd size';
  if (isDeflated ? byteLength > packedBytes * HIGHEST_RATIO : byteLength !== packedBytes)
    return 'has a size that cannot be';
  return { name, packedBytes, byteLength, isDeflated, headerOffset };
}

/** The 64-bit values of an extra area, in their order. */
function readZip64(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    const start = at + 4;
    const end = Math.min(start + length, extra.length);
    if (extra.readUInt16LE(at) === ZIP64_FIELD) {
      return Array.from({ length: Math.floor((end - start) / 8) }, (_, i) =>
        safe(extra.readBigUInt64LE(start + 8 * i)),
      );
    }
    at = start + length;
  }
  return [];
}

/**
 * Where an entry's data begins: the entry's own header may be longer than the directory's copy, torch pads it.
 *
 * @throws model_invalid when there is no such entry at its place
 */
export async function findZipData(opened: CheckpointFile, entry: ZipEntry): Promise<number> {
  const { file } = opened;
  const header = await opened.read(entry.headerOffset, LOCAL_BYTES);
  const offset = entry.headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const isThere = header.readUInt32LE(0) === LOCAL_SIGNATURE && offset + entry.packedBytes <= opened.fileBytes;
  if (!isThere) throw invalid(file, `its entry ${entry.name.slice(0, 80)} is not where its directory says`);
  return offset;
}
