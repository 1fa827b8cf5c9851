import { describe, expect, it } from 'vitest';

import { ProtobufWriter } from './protobuf.ts';

const written = (write: (out: ProtobufWriter) => void): number[] => {
  const out = new ProtobufWriter();
  write(out);
  return [...out.bytes];
};

/** The reader's side of a varint, written independently. */
function readVarint(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte, i) => value | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);
}

describe('the protobuf writer', () => {
  it('writes the examples of the specification', () => {
    expect(written((out) => out.integer(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(written((out) => out.string(2, 'testing'))).toEqual([0x12, 0x07, ...Buffer.from('testing')]);
    expect(written((out) => out.message(3, (inner) => inner.integer(1, 150)))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  it('writes integers beyond 32 bits whole', () => {
    for (const value of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 6.5e9, Number.MAX_SAFE_INTEGER]) {
      const [tag, ...rest] = written((out) => out.integer(1, value));
      expect(tag).toBe(0x08);
      expect(readVarint(rest)).toBe(BigInt(value));
    }
  });

  it('writes negative integers in ten bytes of two’s complement', () => {
    const [, ...rest] = written((out) => out.integer(1, -1));
    expect(rest).toHaveLength(10);
    expect(BigInt.asIntN(64, readVarint(rest))).toBe(-1n);
  });

  it('writes floats little-endian', () => {
    expect(written((out) => out.float(2, 1))).toEqual([0x15, 0, 0, 0x80, 0x3f]);
  });

  it('refuses numbers that have lost digits', () => {
    expect(() => written((out) => out.integer(1, 2 ** 53))).toThrow(RangeError);
  });
});
