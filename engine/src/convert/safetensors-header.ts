/** The first part of a .safetensors file: its length, a JSON object, spaces up to a multiple of eight. */
import { FILE_DTYPE_BYTES, type FileDtype } from '../checkpoint/tensor-entry.ts';

interface Listed {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
}

export interface EncodedHeader {
  readonly bytes: Buffer;
  /** Names in the order in which the tensors follow. */
  readonly order: readonly string[];
  readonly fileBytes: number;
}

/**
 * Longer numbers first, then by name, as the format's own library writes: so every tensor lies at a multiple of its
 * numbers' size, and one content makes one file.
 *
 * @source safetensors, the order of `serialize`
 */
export function encodeHeader(tensors: readonly Listed[], metadata: Readonly<Record<string, string>>): EncodedHeader {
  const sorted = tensors.toSorted(
    (a, b) => FILE_DTYPE_BYTES[b.dtype] - FILE_DTYPE_BYTES[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  const entries: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [['__metadata__', metadata]];
  let offset = 0;
  for (const { name, dtype, shape } of sorted) {
    const end = offset + shape.reduce((product, extent) => product * extent, FILE_DTYPE_BYTES[dtype]);
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // Entries, since an object of ours would lose names such as __proto__ and sort those that are numbers.
  const text = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const json = Buffer.from(text);
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8), 0);
  json.copy(bytes, 8);
  return { bytes, order: sorted.map(({ name }) => name), fileBytes: bytes.length + offset };
}
