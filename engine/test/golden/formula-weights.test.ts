/** Formula weights against numbers printed by ../shared/oracle/synth.py and against numpy's rounding rules. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import {
  fnv1a,
  formulaValues,
  toBfloat,
  toHalf,
  writeFormulaCheckpoint,
  type Manifest,
} from '../support/formula-weights.ts';
import { fromHalf } from '../support/half.ts';

const scratch = mkdtempSync(join(tmpdir(), 'easel-formula-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('formula weights', () => {
  it('repeat what the generator of the golden data prints', () => {
    expect(fnv1a('unet.conv_in.weight')).toBe(4221856901);
    const values = formulaValues('unet.conv_in.weight', [2, 3], 0, 1);
    expect([...values]).toEqual([
      -0.08538258075714111, 0.5205010175704956, -0.9943318367004395, -0.35327935218811035, -0.38599562644958496,
      -0.9519433975219727,
    ]);
  });

  it('round to half precision with ties to even, through subnormals to infinity', () => {
    const cases: [number, number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65519.996, 0x7bff],
      [65520, 0x7c00],
      [Infinity, 0x7c00],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [3 * 2 ** -25, 0x0002],
      [2 ** -14, 0x0400],
      [2 ** -14 - 2 ** -25, 0x0400],
      [-(2 ** -24), 0x8001],
    ];
    for (const [value, bits] of cases) expect([value, toHalf(value)]).toEqual([value, bits]);
    expect(fromHalf(toHalf(NaN))).toBeNaN();
  });

  it('give every half-precision number back', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(toHalf(fromHalf(bits))).toBe(bits);
  });

  it('round to bfloat16 with ties to even', () => {
    expect([1, -1, 1 + 2 ** -8, 1 + 3 * 2 ** -8].map(toBfloat)).toEqual([0x3f80, 0xbf80, 0x3f80, 0x3f82]);
  });

  it('are written as a safetensors file with the manifest’s metadata, header on 8 bytes, tensors without gaps', () => {
    const manifest: Manifest = {
      metadata: { 'modelspec.title': 'tiny' },
      tensors: [
        ['b', 'F16', [3], 1, 0.2],
        ['a', 'F32', [2, 2], 0, 1],
        ['ids', 'I64', [1, 4], 2, 0],
        ['c', 'BF16', [5], 0, 1],
      ],
    };
    const path = join(scratch, 'tiny.safetensors');
    const size = writeFormulaCheckpoint(manifest, path);
    const file = readFileSync(path);
    expect(file).toHaveLength(size);
    const length = Number(file.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: number[] }>;
    expect(header['__metadata__']).toEqual(manifest.metadata);
    expect(['b', 'a', 'ids', 'c'].map((name) => header[name]?.data_offsets)).toEqual([
      [0, 6],
      [6, 22],
      [22, 54],
      [54, 64],
    ]);
    expect(size).toBe(8 + length + 64);
    expect(fromHalf(file.readUInt16LE(8 + length))).toBeCloseTo(formulaValues('b', [3], 1, 0.2)[0] as number, 3);
    expect(file.readBigInt64LE(8 + length + 22)).toBe(2n);
  });
});
