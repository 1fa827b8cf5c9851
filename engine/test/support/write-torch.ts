/**
 * Writes what torch.save would, in both its forms, from tensors in memory. For tests; real files of torch are among the
 * fixtures, these are for what those do not have.
 */
import { crc32, deflateRawSync } from 'node:zlib';

import { name, persistent, pickle, raw, reduce, type Instructions, type Picklable } from './write-pickle.ts';

export interface TorchTensor {
  /** Of torch's class, without `Storage`, e.g. `Half`. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** Row by row when absent. */
  readonly strides?: readonly number[];
}

const ITEM_BYTES: Readonly<Record<string, number>> = { Double: 8, Float: 4, Half: 2, BFloat16: 2, Long: 8, Byte: 1 };

export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
}

const itemBytes = (type: string): number => ITEM_BYTES[type] as number;

/** Each tensor has a storage of its own, numbered in their order. */
function referring(key: string, { type, shape, strides = stridesOf(shape), bytes }: TorchTensor): Instructions {
  const storage = persistent('storage', name('torch', `${type}Storage`), key, 'cpu', bytes.length / itemBytes(type));
  const hooks = reduce(name('collections', 'OrderedDict'));
  return reduce(name('torch._utils', '_rebuild_tensor_v2'), storage, 0, shape, strides, false, hooks);
}

/** A dictionary of tensors, as a value to be wrapped or saved. */
function stateDict(tensors: ReadonlyMap<string, TorchTensor>): Map<Picklable, Picklable> {
  return new Map([...tensors].map(([label, tensor], i) => [label, referring(String(i), tensor)]));
}

export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isDeflated?: boolean;
  /** Sizes and place in the directory's zip64 field only, as in archives beyond 4 GB. */
  readonly isWide?: boolean;
}

/** A zip archive. Data begins at multiples of 64 where it is stored, as torch does it. */
export function zip(parts: readonly ZipPart[], { isWide = false } = {}): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const label = Buffer.from(part.name);
    const packed = part.isDeflated === true ? deflateRawSync(part.bytes) : Buffer.from(part.bytes);
    const padding = (64 - ((offset + 30 + label.length) % 64)) % 64;
    const sizes = Buffer.alloc(20);
    sizes.writeUInt16LE(part.isDeflated === true ? 8 : 0, 0);
    sizes.writeUInt32LE(crc32(part.bytes), 6);
    sizes.writeUInt32LE(packed.length, 10);
    sizes.writeUInt32LE(part.bytes.length, 14);
    sizes.writeUInt16LE(label.length, 18);
    const header = raw('PK\x03\x04', 45, 0, 0, 0, sizes, u16(padding));
    local.push(header, label, Buffer.alloc(padding), packed);

    const wide = part.isWide === true;
    const extra = wide
      ? raw(u16(1), u16(24), u64(part.bytes.length), u64(packed.length), u64(offset))
      : Buffer.alloc(0);
    if (wide) sizes.fill(0xff, 10, 18);
    central.push(
      raw(
        'PK\x01\x02',
        45,
        0,
        45,
        0,
        0,
        0,
        sizes,
        u16(extra.length),
        u16(0),
        Buffer.alloc(8),
        u32(wide ? 0xffffffff : offset),
      ),
      label,
      extra,
    );
    offset += header.length + label.length + padding + packed.length;
  }
  const directory = Buffer.concat(central);
  const wideEnd = isWide
    ? raw(
        'PK\x06\x06',
        u64(44),
        u16(45),
        u16(45),
        u32(0),
        u32(0),
        u64(parts.length),
        u64(parts.length),
        u64(directory.length),
        u64(offset),
        'PK\x06\x07',
        u32(0),
        u64(offset + directory.length),
        u32(1),
      )
    : Buffer.alloc(0);
  const end = raw(
    'PK\x05\x06',
    u32(0),
    u16(parts.length),
    u16(parts.length),
    u32(isWide ? 0xffffffff : directory.length),
    u32(isWide ? 0xffffffff : offset),
    u16(0),
  );
  return Buffer.concat([...local, directory, wideEnd, end]);
}

const u16 = (value: number): Buffer => raw(value & 0xff, value >> 8);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

interface TorchOptions {
  /** What is saved, where that is not the dictionary of tensors itself. */
  readonly wrap?: (dictionary: Map<Picklable, Picklable>) => Picklable;
  readonly isDeflated?: boolean;
  readonly isWide?: boolean;
}

const unwrapped = (dictionary: Map<Picklable, Picklable>): Picklable => dictionary;

/** The form of torch 1.6 and later. */
export function torchZip(
  tensors: ReadonlyMap<string, TorchTensor>,
  { wrap = unwrapped, isDeflated = false, isWide = false }: TorchOptions = {},
): Buffer {
  const parts: ZipPart[] = [{ name: 'model/data.pkl', bytes: pickle(wrap(stateDict(tensors))) }];
  [...tensors.values()].forEach(({ bytes }, i) => parts.push({ name: `model/data/${i}`, bytes, isDeflated, isWide }));
  return zip([...parts, { name: 'model/version', bytes: Buffer.from('3\n') }], { isWide });
}

const MAGIC = raw(0x80, 2, 0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.');

/** The form before that. */
export function torchStream(
  tensors: ReadonlyMap<string, TorchTensor>,
  { wrap = unwrapped }: TorchOptions = {},
): Buffer {
  const keys = raw(
    0x80,
    2,
    ']',
    '(',
    ...[...tensors.keys()].map((_, i) => raw('X', u32(String(i).length), String(i))),
    'e',
    '.',
  );
  return Buffer.concat([
    MAGIC,
    pickle(1001),
    pickle(
      new Map<Picklable, Picklable>([
        ['protocol_version', 1001],
        ['little_endian', true],
      ]),
    ),
    pickle(wrap(stateDict(tensors))),
    keys,
    ...[...tensors.values()].flatMap(({ type, bytes }) => [u64(bytes.length / itemBytes(type)), Buffer.from(bytes)]),
  ]);
}
