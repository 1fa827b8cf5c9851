/** Sound safetensors files of less usual kinds. What is refused stands in test/headers/bad-files.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { readNumbers } from '../support/read-entry.ts';
import { safetensors, type StoredBytes } from '../support/write-safetensors.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const floats: StoredBytes = { dtype: 'F32', shape: [2], bytes: new Uint8Array(Float32Array.of(1, 2).buffer) };
const mark: StoredBytes = { dtype: 'F32', shape: [0], bytes: new Uint8Array(0) };

describe('a safetensors file', () => {
  it.each<[string, readonly [string, StoredBytes][]]>([
    [
      'first',
      [
        ['v_pred', mark],
        ['w', floats],
      ],
    ],
    [
      'between',
      [
        ['a', floats],
        ['v_pred', mark],
        ['ztsnr', mark],
        ['w', floats],
      ],
    ],
    [
      'last',
      [
        ['w', floats],
        ['v_pred', mark],
      ],
    ],
  ])('may hold marks without an element, %s', async (place, tensors) => {
    const path = join(folder, `${place}.safetensors`);
    writeFileSync(path, safetensors(new Map(tensors)));
    const header = await openCheckpoint(path);
    expect(header.tensors.get('v_pred')).toMatchObject({ shape: [0], byteLength: 0 });
    expect(readNumbers(header, header.tensors.get('w') as never)).toEqual([1, 2]);
  });
});
