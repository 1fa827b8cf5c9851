/** Small files that the real torch saved (fixtures/files, see origin.json): every tensor with its numbers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../src/checkpoint/open.ts';
import { placeTensors } from '../../src/checkpoint/place-tensors.ts';
import { readBytes, readNumbers } from '../support/read-entry.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/files');
const ORIGIN = JSON.parse(readFileSync(join(FOLDER, 'origin.json'), 'utf8')) as {
  eight_bits: Record<string, number[]>;
};

/** What every tensor of the fixtures holds, row by row. */
const ramp = (count: number): number[] => Array.from({ length: count }, (_, i) => i / 8 - 1);

async function contentOf(
  name: string,
): Promise<Record<string, { dtype: string; shape: readonly number[]; values: number[] }>> {
  const { header, release } = await placeTensors(await openCheckpoint(join(FOLDER, name)));
  try {
    return Object.fromEntries(
      [...header.tensors.values()].map((entry) => {
        const isEightBit = entry.dtype.startsWith('F8');
        const values = isEightBit ? [...readBytes(header, entry)] : readNumbers(header, entry);
        return [entry.name, { dtype: entry.dtype, shape: entry.shape, values }];
      }),
    );
  } finally {
    await release();
  }
}

const PLAIN = {
  a: { dtype: 'F32', shape: [3, 5], values: ramp(15) },
  b: { dtype: 'F16', shape: [4], values: ramp(4) },
};

describe('a file that torch saved', () => {
  it.each(['protocol-4.pt', 'protocol-5.pt', 'stream-protocol-1.pt', 'stream-protocol-4.pt', 'training.ckpt'])(
    'gives its tensors: %s',
    async (name) => {
      expect(await contentOf(name)).toEqual(PLAIN);
    },
  );

  it.each(['eight-bit.pt', 'eight-bit-stream.pt'])('may hold 8-bit floats: %s', async (name) => {
    const { e4m3, e5m2 } = ORIGIN.eight_bits;
    expect(await contentOf(name)).toEqual({
      e4m3: { dtype: 'F8_E4M3', shape: [16], values: e4m3 },
      e5m2: { dtype: 'F8_E5M2', shape: [16], values: e5m2 },
    });
  });

  it('may hold a tensor with an attribute of its own, which is left behind', async () => {
    expect(await contentOf('attribute.pt')).toEqual({ marked: { dtype: 'F32', shape: [2, 2], values: ramp(4) } });
  });

  it('may hold convolutions with their channels last', async () => {
    const { weight, bias } = await contentOf('channels-last.pth');
    expect(weight).toEqual({ dtype: 'F32', shape: [3, 2, 2, 2], values: ramp(24) });
    expect(bias?.values).toEqual(ramp(3));
  });

  it('may hold several views of one block', async () => {
    const at = (i: number, j: number): number => (i * 6 + j) / 8 - 1;
    const rows = [0, 1, 2, 3];
    expect(await contentOf('shared-buffers.bin')).toEqual({
      whole: { dtype: 'F32', shape: [4, 6], values: ramp(24) },
      rows: { dtype: 'F32', shape: [2, 6], values: ramp(24).slice(6, 18) },
      columns: { dtype: 'F32', shape: [4, 2], values: rows.flatMap((i) => [at(i, 2), at(i, 3)]) },
      turned: { dtype: 'F32', shape: [6, 4], values: [0, 1, 2, 3, 4, 5].flatMap((j) => rows.map((i) => at(i, j))) },
    });
  });
});
