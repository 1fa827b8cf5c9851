/** Hypernetworks in every form of file, against what torch makes of a context with them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readHypernetwork } from '../../src/checkpoint/hypernetwork.ts';
import { openFile } from '../../src/checkpoint/open-file.ts';
import { placeTensors } from '../../src/checkpoint/place-tensors.ts';
import { build } from '../../src/graph/build.ts';
import { input } from '../../src/graph/value.ts';
import { strengthInput, throughHypernetworks, withHypernetworks } from '../../src/modules/hypernetwork.ts';
import { startSession } from '../../src/runtime/session.ts';
import { writeHypernetwork } from '../support/write-hypernetwork.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/files/hypernetworks');
/** Sums of some ten numbers of about 1, of which seven digits are stored. */
const BOUND = 2e-6;

interface Case {
  readonly file: string;
  readonly strength: number;
  readonly widths: Readonly<Record<string, { context: number[]; keys: number[]; values: number[] }>>;
}
const { cases } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as { cases: readonly Case[] };
const folder = mkdtempSync(join(tmpdir(), 'easel-hypernetworks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function through(file: string, width: number, context: readonly number[], strength: number) {
  const header = await openFile(join(FOLDER, file));
  const { parts } = readHypernetwork(header);
  const placed = await placeTensors(header, () => true);
  const x = input('x', 'f32', ['n', 's', width]);
  const { written, inputs } = withHypernetworks([{ header: placed.header, parts }], () =>
    throughHypernetworks(x, width),
  );
  const [keys, values] = written;
  const session = await startSession(build('hypernetwork', { x, ...inputs }, { keys, values }), 'fast');
  try {
    return await session.run({
      x: { data: Float32Array.from(context), shape: [2, context.length / 2 / width, width] },
      [strengthInput(0)]: { data: Float32Array.of(strength), shape: [1] },
    });
  } finally {
    await session.release();
    await placed.release();
  }
}

const worst = (made: Float32Array | undefined, expected: readonly number[]): number =>
  expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (made?.[i] ?? Number.NaN))), 0);

describe('a hypernetwork', () => {
  it.each(cases.map((each): [string, Case] => [each.file, each]))(
    '%s changes a context as torch has it',
    async (file, each) => {
      for (const [width, { context, keys, values }] of Object.entries(each.widths)) {
        const made = await through(file, Number(width), context, each.strength);
        expect(worst(made['keys']?.data, keys)).toBeLessThan(BOUND);
        expect(worst(made['values']?.data, values)).toBeLessThan(BOUND);
        // Which of the two is which, and how strong it is, shows.
        expect(worst(made['values']?.data, keys)).toBeGreaterThan(0.1);
        const weaker = await through(file, Number(width), context, each.strength * 0.99);
        expect(worst(weaker['keys']?.data, keys)).toBeGreaterThan(10 * BOUND);
      }
    },
  );

  it('leaves contexts of another width as they are', async () => {
    const header = await openFile(join(FOLDER, 'relu.pt'));
    const x = input('x', 'f32', ['n', 's', 6]);
    const { written, inputs } = withHypernetworks([readHypernetwork(header)], () => throughHypernetworks(x, 6));
    expect(written).toEqual([x, x]);
    expect(inputs).toEqual({});
  });

  it('that is none, is of an unknown activation, or breaks off is refused by code', async () => {
    const refusal = async (file: string): Promise<unknown> => {
      try {
        return readHypernetwork(await openFile(file));
      } catch (thrown) {
        return thrown;
      }
    };
    expect(await refusal(join(FOLDER, 'none.pt'))).toMatchObject({ code: 'model_invalid' });
    const rows = (to: number) => ({
      tensors: [0, 1].map((part) => [`8.${part}.linear.0.weight`, 'F32', [to, 8], 0, 1] as const),
    });
    writeHypernetwork(rows(8), { activation_func: 'rrelu' }, join(folder, 'odd.pt'));
    expect(await refusal(join(folder, 'odd.pt'))).toMatchObject({ code: 'model_unsupported' });
    writeHypernetwork(rows(12), {}, join(folder, 'wide.pt'));
    expect(await refusal(join(folder, 'wide.pt'))).toMatchObject({ code: 'model_invalid' });
  });
});
