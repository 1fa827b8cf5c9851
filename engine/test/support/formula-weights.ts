/**
 * Formula weights: checkpoints that need no file, made from manifests of [name, dtype, shape, mean, scale].
 *
 * Bit for bit what ../shared/oracle/synth.py makes: FNV-1a of the name starts a counter whose hashed values are spread
 * over [mean - scale, mean + scale). Computed in float64, rounded to float32, then to the tensor's dtype.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type FormulaDtype = 'F32' | 'F16' | 'BF16' | 'I64';

/** One tensor: name in the checkpoint, dtype in the file, shape, centre and half width of its values. */
export type ManifestRow = readonly [
  name: string,
  dtype: FormulaDtype,
  shape: readonly number[],
  mean: number,
  scale: number,
];

export interface Manifest {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly ManifestRow[];
}

const BYTES: Record<FormulaDtype, number> = { F32: 4, F16: 2, BF16: 2, I64: 8 };
const GOLDEN_RATIO = 0x9e3779b9;
const CHUNK_ELEMENTS = 1 << 21;

export function readManifest(path: string): Manifest {
  return JSON.parse(manifestText(path)) as Manifest;
}

/** A manifest lies plainly, or in a twentieth of the room as `path` + `.gz`, as all in fixtures/ do. */
export const hasManifest = (path: string): boolean => existsSync(path) || existsSync(`${path}.gz`);

export function manifestText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : gunzipSync(readFileSync(`${path}.gz`)).toString();
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** 32-bit FNV-1a over the UTF-8 bytes. */
export function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Element `index` of the sequence that starts at `hash`, in [-1, 1). */
function unitAt(hash: number, index: number): number {
  let x = (hash + Math.imul(index, GOLDEN_RATIO)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x ^= x >>> 15;
  return (x >>> 8) * 2 ** -23 - 1;
}

/** Values of a formula tensor in float32, row by row. */
export function formulaValues(name: string, shape: readonly number[], mean: number, scale: number): Float32Array {
  const hash = fnv1a(name);
  const out = new Float32Array(countOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = mean + scale * unitAt(hash, i);
  return out;
}

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** Bits of the nearest half-precision number to a float32 (ties to even); overflow gives infinity. */
export function toHalf(value: number): number {
  asFloat[0] = value;
  const word = bits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent (127 - 15) and round away 13 bits; a carry runs into the exponent as it should.
    const rounded = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    return sign | Math.min(rounded, 0x7c00);
  }
  // Subnormal: adding 0.5 leaves exactly the units of 2^-24 in the low bits, rounded by the adder itself.
  bits[0] = magnitude;
  asFloat[0] += 0.5;
  return sign | (bits[0] - 0x3f000000);
}

/** Bits of the nearest bfloat16 to a float32 (ties to even). */
export function toBfloat(value: number): number {
  asFloat[0] = value;
  const word = bits[0] as number;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Nearest integer, ties to even. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Writes elements [from, to) of a row into `target` from its start; gives the bytes written. */
function encode(row: ManifestRow, hash: number, from: number, to: number, target: ArrayBuffer): number {
  const [, dtype, , mean, scale] = row;
  const count = to - from;
  switch (dtype) {
    case 'F32': {
      const out = new Float32Array(target, 0, count);
      for (let i = 0; i < count; i++) out[i] = mean + scale * unitAt(hash, from + i);
      break;
    }
    case 'F16': {
      const out = new Uint16Array(target, 0, count);
      for (let i = 0; i < count; i++) out[i] = toHalf(mean + scale * unitAt(hash, from + i));
      break;
    }
    case 'BF16': {
      const out = new Uint16Array(target, 0, count);
      for (let i = 0; i < count; i++) out[i] = toBfloat(mean + scale * unitAt(hash, from + i));
      break;
    }
    case 'I64': {
      const out = new BigInt64Array(target, 0, count);
      for (let i = 0; i < count; i++) out[i] = BigInt(roundHalfEven(mean + scale * unitAt(hash, from + i)));
      break;
    }
  }
  return count * BYTES[dtype];
}

/** The file's first part: length, JSON header padded with spaces to 8 bytes, tensors in the manifest's order. */
function headerOf(manifest: Manifest): Buffer {
  const header: Record<string, unknown> = { __metadata__: manifest.metadata };
  let offset = 0;
  for (const [name, dtype, shape] of manifest.tensors) {
    const end = offset + countOf(shape) * BYTES[dtype];
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8), 0);
  text.copy(padded, 8);
  return padded;
}

/**
 * Writes a manifest as a .safetensors file, holding a few megabytes at a time whatever its size.
 * @returns bytes written
 */
export function writeFormulaCheckpoint(manifest: Manifest, path: string): number {
  const file = openSync(path, 'w');
  try {
    const header = headerOf(manifest);
    writeSync(file, header);
    let written = header.length;
    const chunk = new ArrayBuffer(CHUNK_ELEMENTS * 8);
    for (const row of manifest.tensors) {
      const hash = fnv1a(row[0]);
      const count = countOf(row[2]);
      for (let from = 0; from < count; from += CHUNK_ELEMENTS) {
        const size = encode(row, hash, from, Math.min(from + CHUNK_ELEMENTS, count), chunk);
        let done = 0;
        while (done < size) done += writeSync(file, new Uint8Array(chunk, done, size - done));
        written += size;
      }
    }
    return written;
  } finally {
    closeSync(file);
  }
}
