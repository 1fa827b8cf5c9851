import { describe, expect, it } from 'vitest';

import type { GraphModel } from '../graph/model.ts';
import type { Feeds, Results, Session, StartSession } from '../graph/session.ts';
import { startLastingSession } from './lasting-session.ts';

const model = (name: string): GraphModel => ({ name }) as GraphModel;
const parts = { lasting: model('text'), rest: model('rest') };

/** Many numbers of which only the first counts: pages that nobody touches cost nothing. */
function numbersOf(bytes: number, first: number): Float32Array {
  const numbers = new Float32Array(bytes / 4);
  numbers[0] = first;
  return numbers;
}

/** Two sessions that only add: `kept` = text + 1, `out` = x + kept. */
function stub(bytes = 4): { start: StartSession; runs: string[]; released: string[] } {
  const runs: string[] = [];
  const released: string[] = [];
  const first = (feeds: Feeds, name: string): number => Number(feeds[name]?.data[0]);
  const start: StartSession = ({ name }) => {
    const isText = name === 'text';
    const result = (feeds: Feeds): Results =>
      isText
        ? { kept: { data: numbersOf(bytes, first(feeds, 'text') + 1), shape: [bytes / 4] } }
        : { out: { data: Float32Array.of(first(feeds, 'x') + first(feeds, 'kept')), shape: [1] } };
    const session: Session = {
      name,
      residentBytes: 10,
      inputs: isText ? ['text', 'adapter'] : ['x', 'kept'],
      outputs: isText ? ['kept'] : ['out'],
      run(feeds) {
        runs.push(`${name}: ${Object.keys(feeds).toSorted().join()}`);
        return Promise.resolve(result(feeds));
      },
      release() {
        released.push(name);
        return Promise.resolve();
      },
    };
    return Promise.resolve(session);
  };
  return { start, runs, released };
}

const number = (value: number): Feeds[string] => ({ data: Float32Array.of(value), shape: [1] });
const out = async (session: Session, feeds: Feeds): Promise<number | undefined> =>
  (await session.run(feeds))['out']?.data[0];

describe('a session of what lasts and the rest', () => {
  it('is to its users the session of the whole', async () => {
    const { start, runs } = stub();
    const session = await startLastingSession(parts, start, 'fast');
    expect([session.name, session.inputs, session.outputs]).toEqual(['rest', ['x', 'text', 'adapter'], ['out']]);
    expect(await out(session, { x: number(5), text: number(2), adapter: number(0) })).toBe(8);
    expect(runs).toEqual(['text: adapter,text', 'rest: kept,x']);
  });

  it('runs the lasting part once for equal inputs, whoever holds them, and again for others', async () => {
    const { start, runs } = stub();
    const session = await startLastingSession(parts, start, 'fast');
    const texts = (): number => runs.filter((run) => run.startsWith('text')).length;
    for (const text of [2, 3, 2, 3]) expect(await out(session, { x: number(1), text: number(text) })).toBe(text + 2);
    expect(texts()).toBe(2);
    expect(await out(session, { x: number(1), text: number(2), adapter: number(1) })).toBe(4);
    expect(texts()).toBe(3);
    expect(await out(session, { x: number(1), text: { data: Float32Array.of(2), shape: [1, 1] } })).toBe(4);
    expect(texts()).toBe(4);
  });

  it('keeps a few results, fewer where they are large, and counts them', async () => {
    for (const [bytes, kept] of [
      [4, 8],
      [100 << 20, 2],
    ] as const) {
      const { start, runs } = stub(bytes);
      const session = await startLastingSession(parts, start, 'fast');
      for (let text = 0; text < 12; text++) await session.run({ x: number(0), text: number(text) });
      expect(session.residentBytes).toBe(20 + kept * bytes);
      runs.length = 0;
      for (let text = 12 - kept; text < 12; text++) await session.run({ x: number(0), text: number(text) });
      expect(runs.filter((run) => run.startsWith('text'))).toEqual([]);
      await session.run({ x: number(0), text: number(0) });
      expect(runs.filter((run) => run.startsWith('text'))).toHaveLength(1);
      await session.release();
      expect(session.residentBytes).toBe(20);
    }
  });

  it('ends both parts, and the first where the second does not start', async () => {
    const { start, released } = stub();
    await (await startLastingSession(parts, start, 'fast')).release();
    expect(released).toEqual(['text', 'rest']);
    const failing: StartSession = async (graph, memory) =>
      graph.name === 'rest' ? Promise.reject(new Error('no')) : start(graph, memory);
    await expect(startLastingSession(parts, failing, 'fast')).rejects.toThrow('no');
    expect(released).toEqual(['text', 'rest', 'text']);
  });
});
