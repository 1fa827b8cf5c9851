/**
 * Damaged and hostile files from sound ones: file `number` of a seed is always the same, so that what one run finds the
 * next can look at. Some damage is blind, some knows the format, because a changed byte in an archive rarely gets as far
 * as the pickle inside.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import { zip } from '../support/write-torch.ts';

/** Whole numbers below a bound, in an order that the seed alone decides. */
export type Draw = (bound: number) => number;

export function drawFrom(seed: number, number: number): Draw {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) % Math.max(1, bound);
  };
}

/** Numbers that readers get wrong, as they stand in files. */
const EDGES: readonly (readonly number[])[] = [
  [0],
  [0xff],
  [0x7f],
  [0x80],
  [0xff, 0xff],
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0, 0, 0, 0, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
];

type Damage = (bytes: Buffer, draw: Draw, others: readonly Buffer[]) => Buffer;

const DAMAGES: readonly Damage[] = [
  // One bit, one byte, an edge value in place.
  (bytes, draw) => {
    const at = draw(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    return bytes;
  },
  (bytes, draw) => {
    bytes[draw(bytes.length)] = draw(256);
    return bytes;
  },
  (bytes, draw) => {
    const edge = EDGES[draw(EDGES.length)] as readonly number[];
    bytes.set(edge.slice(0, bytes.length), draw(Math.max(1, bytes.length - edge.length)));
    return bytes;
  },
  // Cut, left out, repeated, put in.
  (bytes, draw) => bytes.subarray(0, draw(bytes.length)),
  (bytes, draw) => {
    const from = draw(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + draw(16))]);
  },
  (bytes, draw) => {
    const from = draw(bytes.length);
    const part = bytes.subarray(from, from + 1 + draw(64));
    return Buffer.concat([bytes.subarray(0, from), ...Array<Buffer>(1 + draw(50)).fill(part), bytes.subarray(from)]);
  },
  (bytes, draw, others) => {
    const other = others[draw(others.length)] as Buffer;
    const from = draw(other.length);
    const at = draw(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + 1 + draw(200)), bytes.subarray(at)]);
  },
];

const some: Damage = (bytes, draw, others) => {
  let damaged = bytes;
  for (let left = 1 + draw(4); left > 0; left--) {
    damaged = (DAMAGES[draw(DAMAGES.length)] as Damage)(Buffer.from(damaged), draw, others);
  }
  return damaged;
};

/** Digits, quotes and names of a header, with its length set right again. */
const inHeader: Damage = (bytes, draw, others) => {
  const length = Number(bytes.readBigUInt64LE(0));
  const isFile = Number.isSafeInteger(length) && length <= bytes.length - 8 && bytes[8] === 0x7b;
  if (!isFile) return some(bytes, draw, others);
  const header = bytes.toString('latin1', 8, 8 + length);
  const digits = [...header.matchAll(/\d+/g)];
  const at = digits[draw(digits.length)];
  const numbers = [
    '0',
    '1',
    '-1',
    '9007199254740993',
    '4294967296',
    '1e9',
    '1e999',
    '0.5',
    `${draw(1000)}`,
    'null',
    '[]',
    '"7"',
  ];
  const changed =
    at === undefined || draw(4) === 0
      ? some(Buffer.from(header, 'latin1'), draw, others)
      : Buffer.from(
          header.slice(0, at.index) + numbers[draw(numbers.length)] + header.slice(at.index + at[0].length),
          'latin1',
        );
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(changed.length));
  return Buffer.concat([start, changed, bytes.subarray(8 + length)]);
};

/** The pickle in an archive, or any other part, in an archive that is sound again. */
const inArchive: Damage = (bytes, draw, others) => {
  const parts = partsOf(bytes);
  if (parts.length === 0) return some(bytes, draw, others);
  const pickle = parts.findIndex(({ name }) => name.endsWith('data.pkl'));
  const target = draw(4) === 0 || pickle < 0 ? draw(parts.length) : pickle;
  return zip(
    parts.map((part, i) => ({
      ...part,
      bytes: i === target ? some(part.bytes, draw, others) : part.bytes,
      isDeflated: draw(4) === 0,
    })),
  );
};

/** Reads only what our own writer and torch make; anything else has no parts. */
function partsOf(bytes: Buffer): { name: string; bytes: Buffer }[] {
  const parts: { name: string; bytes: Buffer }[] = [];
  for (
    let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0 && at + 46 < bytes.length;
    at = bytes.indexOf('PK\x01\x02', at + 46, 'latin1')
  ) {
    const packed = bytes.readUInt32LE(at + 20);
    const local = bytes.readUInt32LE(at + 42);
    if (local + 30 > bytes.length || packed > bytes.length) continue;
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + packed);
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
    const isDeflated = bytes.readUInt16LE(at + 10) === 8;
    try {
      parts.push({ name, bytes: isDeflated ? inflateRawSync(data, { maxOutputLength: 1 << 20 }) : data });
    } catch {
      parts.push({ name, bytes: deflateRawSync(data) });
    }
  }
  return parts;
}

/** A damaged copy of one of the sound files. */
export function mutate(sound: readonly Buffer[], draw: Draw): Buffer {
  const bytes = Buffer.from(sound[draw(sound.length)] as Buffer);
  if (bytes.length < 16) return some(bytes, draw, sound);
  const isArchive = bytes.toString('latin1', 0, 2) === 'PK';
  if (draw(3) === 0) return some(bytes, draw, sound);
  return isArchive ? inArchive(bytes, draw, sound) : inHeader(bytes, draw, sound);
}
