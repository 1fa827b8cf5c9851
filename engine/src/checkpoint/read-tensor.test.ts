import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { float8e4m3ToFloat, float8e5m2ToFloat, halfToFloat } from './half.ts';
import { readTensor } from './read-tensor.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-read-tensor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('reading a tensor', () => {
  it.each([
    ['f32', new Uint8Array(Float32Array.of(1.5, -0.1).buffer), [1.5, Math.fround(-0.1)]],
    ['f16', new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer), [1.5, -2]],
    ['bf16', new Uint8Array(Uint16Array.of(0x3fc0, 0xc000).buffer), [1.5, -2]],
    ['f8e4m3', Uint8Array.of(0x3c, 0xc0), [1.5, -2]],
    ['f8e5m2', Uint8Array.of(0x3e, 0xc0), [1.5, -2]],
  ] as const)('gives %s as float32 from any offset', async (dtype, bytes, expected) => {
    const file = join(folder, dtype);
    writeFileSync(file, Buffer.concat([Buffer.alloc(3, 0xff), bytes]));
    const values = await readTensor({ name: 'x', dtype, shape: [2], file, offset: 3, byteLength: bytes.length });
    expect([...values]).toEqual(expected);
  });

  it('notices a file that became shorter', async () => {
    const file = join(folder, 'short');
    writeFileSync(file, Buffer.alloc(6));
    await expect(
      readTensor({ name: 'x', dtype: 'f32', shape: [2], file, offset: 0, byteLength: 8 }),
    ).rejects.toMatchObject({ code: 'model_gone' });
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
