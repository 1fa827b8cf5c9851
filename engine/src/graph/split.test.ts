import { describe, expect, it } from 'vitest';

import { runGraph, wild } from '../../test/support/run-graph.ts';
import { startSession } from '../runtime/session.ts';
import { build } from './build.ts';
import { add, mul } from './ops/elementwise.ts';
import { matmul } from './ops/matmul.ts';
import { splitNetwork } from './split.ts';
import { constant, input, type Value } from './value.ts';

const square = (seed: number): Value => constant([...wild(16, seed)], 'f32', [4, 4]);
const x = input('x', 'f32', ['n', 4]);
const text = input('text', 'f32', ['n', 4]);
const feeds = {
  x: { data: wild(8, 5), shape: [2, 4] },
  text: { data: wild(8, 6), shape: [2, 4] },
};
const isText = (name: string): boolean => name === 'text';

/** Names of the operators that an output is made by. */
function operatorsOf(outputs: Readonly<Record<string, Value>>): string[] {
  const found: string[] = [];
  const visit = ({ source }: Value): void => {
    if (source.kind !== 'node') return;
    for (const each of source.inputs) if (each !== null) visit(each);
    found.push(source.operator);
  };
  for (const value of Object.values(outputs)) visit(value);
  return found;
}

describe('a network that is split by what lasts', () => {
  const keys = add(matmul(text, square(1)), constant([1, 2, 3, 4]));
  const out = add(mul(matmul(x, square(2)), keys), matmul(keys, square(3)));
  const split = splitNetwork({ inputs: { x, text }, outputs: { out } }, isText) ?? expect.fail('there is something');

  it('computes what follows from lasting inputs alone in the lasting part, and the rest elsewhere', () => {
    expect(operatorsOf(split.lasting.outputs)).toEqual(['MatMul', 'Add', 'MatMul', 'Add', 'MatMul']);
    expect(operatorsOf(split.rest.outputs)).toEqual(['MatMul', 'Mul', 'Add']);
    expect(Object.keys(split.lasting.inputs)).toEqual(['text']);
    expect(Object.keys(split.rest.inputs)).toEqual(['x', ...Object.keys(split.lasting.outputs)]);
  });

  it('gives the same bits in two parts as in one', async () => {
    const { lasting, rest } = split;
    const whole = await runGraph({ x, text }, out, feeds);
    const first = await startSession(build('lasting', lasting.inputs, lasting.outputs), 'fast');
    const second = await startSession(build('rest', rest.inputs, rest.outputs), 'fast');
    const told = await first.run({ text: feeds.text });
    const { out: result } = await second.run({ x: feeds.x, ...told });
    expect([...(result?.data ?? [])]).toEqual(whole.data);
    const other = await first.run({ text: feeds.x });
    expect((await second.run({ x: feeds.x, ...other }))['out']?.data).not.toEqual(result?.data);
    await first.release();
    await second.release();
  });

  it('is left whole where nothing costly follows from lasting inputs alone', () => {
    const cheap = add(matmul(x, square(1)), add(text, constant([1])));
    expect(splitNetwork({ inputs: { x, text }, outputs: { out: cheap } }, isText)).toBeNull();
    const mixed = matmul(add(x, text), square(1));
    expect(splitNetwork({ inputs: { x, text }, outputs: { out: mixed } }, isText)).toBeNull();
  });
});
