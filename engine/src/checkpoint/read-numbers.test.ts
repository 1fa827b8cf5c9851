import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { float8e4m3ToFloat, float8e5m2ToFloat, halfToFloat } from './half.ts';
import { readNumbers } from './read-numbers.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-read-numbers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('reading a tensor', () => {
  it.each([
    ['F32', new Uint8Array(Float32Array.of(1.5, -0.1).buffer), [1.5, Math.fround(-0.1)]],
    ['F16', new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer), [1.5, -2]],
    ['BF16', new Uint8Array(Uint16Array.of(0x3fc0, 0xc000).buffer), [1.5, -2]],
    ['F8_E4M3', Uint8Array.of(0x3c, 0xc0), [1.5, -2]],
    ['F8_E5M2', Uint8Array.of(0x3e, 0xc0), [1.5, -2]],
    ['I64', new Uint8Array(BigInt64Array.of(3n, -2n).buffer), [3, -2]],
    ['BOOL', Uint8Array.of(1, 0), [1, 0]],
  ] as const)('gives %s as float32 from any offset', async (dtype, bytes, expected) => {
    const file = join(folder, dtype);
    writeFileSync(file, Buffer.concat([Buffer.alloc(3, 0xff), bytes]));
    const { data } = await readNumbers({ name: 'x', dtype, shape: [2], offset: 3, byteLength: bytes.length }, file);
    expect([...data]).toEqual(expected);
  });

  it('notices a file that became shorter, or is gone', async () => {
    const file = join(folder, 'short');
    const entry = { name: 'x', dtype: 'F32', shape: [2], offset: 0, byteLength: 8 } as const;
    writeFileSync(file, Buffer.alloc(6));
    await expect(readNumbers(entry, file)).rejects.toMatchObject({ code: 'model_invalid' });
    await expect(readNumbers(entry, `${file}er`)).rejects.toMatchObject({ code: 'model_gone' });
  });

  it('takes no number that is none', async () => {
    const file = join(folder, 'nan');
    writeFileSync(file, new Uint8Array(Float32Array.of(1, Number.NaN).buffer));
    const entry = { name: 'x', dtype: 'F32', shape: [2], offset: 0, byteLength: 8 } as const;
    await expect(readNumbers(entry, file)).rejects.toMatchObject({ code: 'model_invalid', details: { tensor: 'x' } });
  });
});

describe('half precision', () => {
  it('covers subnormals, limits and what is no number', () => {
    const cases = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3c00, 1],
      [0x7bff, 65504],
      [0xfc00, -Infinity],
    ] as const;
    for (const [bits, value] of cases) expect(halfToFloat(bits)).toBe(value);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });

  it('is what the wider of the 8-bit floats are cut from', () => {
    for (let bits = 0; bits < 256; bits++) expect(float8e5m2ToFloat(bits)).toBe(halfToFloat(bits << 8));
  });

  it('has a relative of 8 bits that goes to 448 and has no infinity', () => {
    const cases = [
      [0x00, 0],
      [0x80, -0],
      [0x01, 2 ** -9],
      [0x07, 7 * 2 ** -9],
      [0x08, 2 ** -6],
      [0x38, 1],
      [0x7e, 448],
      [0xfe, -448],
    ] as const;
    for (const [bits, value] of cases) expect(float8e4m3ToFloat(bits)).toBe(value);
    expect(float8e4m3ToFloat(0x7f)).toBeNaN();
    expect(float8e4m3ToFloat(0xff)).toBeNaN();
  });
});
