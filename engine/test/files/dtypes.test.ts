/** Weights of every width a file may have: the networks compute with exactly the numbers that stand there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { formulaValues, readManifest, toHalf } from '../support/formula-weights.ts';
import { networkNumbers } from '../support/network-numbers.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

const MANIFEST = join(import.meta.dirname, '../../../fixtures/golden/core/models/sd15.manifest.json');
const { tensors: rows } = readManifest(MANIFEST);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-dtypes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Coding {
  readonly dtype: string;
  /** Every number the type has, by its bits. */
  readonly values: readonly number[];
  /** An array of so many, as wide as the type. */
  readonly store: (count: number) => Uint8Array | Uint16Array;
}

/** A float with a sign, so many bits of exponent and so many of fraction; written out from its definition. */
function valuesOf(exponentBits: number, fractionBits: number): number[] {
  const bias = 2 ** (exponentBits - 1) - 1;
  return Array.from({ length: 2 ** (1 + exponentBits + fractionBits) }, (_, bits) => {
    const fraction = bits % 2 ** fractionBits;
    const exponent = Math.floor(bits / 2 ** fractionBits) % 2 ** exponentBits;
    const sign = bits >= 2 ** (exponentBits + fractionBits) ? -1 : 1;
    const hidden = exponent === 0 ? 0 : 2 ** fractionBits;
    return sign * (fraction + hidden) * 2 ** (Math.max(1, exponent) - bias - fractionBits);
  });
}

const CODINGS: readonly Coding[] = [
  { dtype: 'F8_E4M3', values: valuesOf(4, 3), store: (count) => new Uint8Array(count) },
  { dtype: 'F8_E5M2', values: valuesOf(5, 2), store: (count) => new Uint8Array(count) },
  { dtype: 'BF16', values: valuesOf(8, 7), store: (count) => new Uint16Array(count) },
];

/** Bits of the nearest number the type has, for each half-precision number by its bits. */
function nearestOf(values: readonly number[]): Uint16Array {
  const half = valuesOf(5, 10);
  const signBit = values.length / 2;
  // Positive ones stand in rising order in both types, so one walk through them is enough.
  const last = values.slice(0, signBit).findLastIndex(Number.isFinite);
  const table = new Uint16Array(half.length);
  let bits = 0;
  for (let i = 0; i < half.length / 2; i++) {
    const wanted = half[i] as number;
    const distance = (at: number): number => Math.abs((values[at] as number) - wanted);
    while (bits < last && distance(bits + 1) <= distance(bits)) bits++;
    table[i] = bits;
    table[i + half.length / 2] = bits + signBit;
  }
  return table;
}

/** The tiny model twice: with rounded weights in the narrow type, and with the same numbers as float32. */
function writeBoth({ dtype, values, store }: Coding): { narrow: string; wide: string } {
  const nearest = nearestOf(values);
  const narrow = new Map<string, StoredBytes>();
  const wide = new Map<string, StoredBytes>();
  for (const [name, own, shape, mean, scale] of rows) {
    if (own === 'I64') continue;
    const formula = formulaValues(name, shape, mean, scale);
    const bits = store(formula.length);
    const exact = new Float32Array(formula.length);
    for (let i = 0; i < formula.length; i++) {
      const word = nearest[toHalf(formula[i] as number)] as number;
      bits[i] = word;
      exact[i] = values[word] as number;
    }
    narrow.set(name, { dtype, shape, bytes: new Uint8Array(bits.buffer) });
    wide.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(exact.buffer) });
  }
  const paths = { narrow: join(folder, `${dtype}.safetensors`), wide: join(folder, `${dtype}-wide.safetensors`) };
  writeFileSync(paths.narrow, safetensors(narrow));
  writeFileSync(paths.wide, safetensors(wide));
  return paths;
}

/** Of the coding before. */
let previous: number[] = [];

describe.each(CODINGS)('weights in $dtype', (coding) => {
  it('stay in the file and are computed with as the numbers they are, in both memory forms', async () => {
    const { narrow, wide } = writeBoth(coding);
    const header = await openCheckpoint(narrow);
    expect([...header.tensors.values()].every(({ dtype, offset }) => dtype === coding.dtype && offset > 0)).toBe(true);
    const expected = await networkNumbers(wide);
    expect(expected.every(Number.isFinite)).toBe(true);
    // Types differ in what they round to, and that must show: else nothing is tested here.
    expect(expected).not.toEqual(previous);
    previous = expected;
    for (const memory of ['fast', 'low'] as const) {
      const found = await networkNumbers(narrow, memory);
      const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0);
      expect(found).toHaveLength(expected.length);
      // The same numbers; only the order of a sum may differ where the runtime lays weights out differently.
      expect(worst).toBeLessThan(1e-4);
    }
  });
});
