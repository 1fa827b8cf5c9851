import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { halfToFloat } from './half.ts';
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
});
