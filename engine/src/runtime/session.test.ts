import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { build } from '../graph/build.ts';
import { add, cast, mul } from '../graph/ops/elementwise.ts';
import { matmulTransposed } from '../graph/ops/network.ts';
import { input, node, weight, type Value } from '../graph/value.ts';
import { estimateSessionBytes, startSession } from './session.ts';
import { physicalCores } from './threads.ts';

let folder = '';
beforeAll(() => {
  // Spaces and letters beyond ASCII: people's folders have them.
  folder = mkdtempSync(join(tmpdir(), 'easel räume '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What this process holds beside pages of files; 0 where the kernel does not tell. */
const anonymousBytes = (): number => {
  if (process.platform !== 'linux') return 0;
  const [, resident = 0, shared = 0] = readFileSync('/proc/self/statm', 'utf8').split(' ').map(Number);
  return (resident - shared) * 4096;
};

const ofX = (data: Float32Array, shape = [data.length]) => ({ x: { data, shape } });

describe('a session', () => {
  it('reads half-precision tensors on every Node', async () => {
    // Fails on Node 24 and later when anything loads onnxruntime-node before Float16Array is removed.
    expect('Float16Array' in globalThis).toBe(false);
    const a = input('a', 'f16', [8]);
    const session = await startSession(build('halves', { a }, { y: cast(add(a, a), 'f32') }), 'fast');
    const bits = Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0xbc00, 0, 0x3800, 0x3555);
    const { y } = await session.run({ a: { data: bits, shape: [8] } });
    expect([...(y?.data ?? [])].slice(0, 7)).toEqual([2, 4, 6, 8, -2, 0, 1]);
    await session.release();
  });

  it.each(['f32', 'f16', 'bf16'] as const)(
    'reads %s weights from the middle of a file in both memory forms',
    async (dtype) => {
      const file = join(folder, `weights ${dtype}`);
      const values = {
        f32: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
        f16: new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400).buffer),
        bf16: new Uint8Array(Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080).buffer),
      }[dtype];
      writeFileSync(file, Buffer.concat([Buffer.alloc(13, 0xff), values, Buffer.alloc(5, 0xff)]));
      const x = input('x', 'f32', ['n', 2]);
      const w = cast(weight({ name: 'w', file, offset: 13, byteLength: values.length, dtype, shape: [2, 2] }), 'f32');
      const model = build('product', { x }, { y: matmulTransposed(x, w) });
      for (const memory of ['fast', 'low'] as const) {
        const session = await startSession(model, memory);
        const { y } = await session.run(ofX(Float32Array.of(1, 10), [1, 2]));
        expect([...(y?.data ?? [])]).toEqual([21, 43]);
        await session.release();
      }
    },
  );

  it('fetches only what is asked for', async () => {
    const x = input('x', 'f32', ['n']);
    const session = await startSession(build('two', { x }, { a: add(x, x), b: mul(x, x) }), 'fast');
    expect(Object.keys(await session.run(ofX(Float32Array.of(3)), ['b']))).toEqual(['b']);
    await session.release();
  });

  it('shows in debug builds where a refused node was written', async () => {
    vi.stubEnv('EASEL_DEBUG_GRAPH', '1');
    vi.resetModules();
    const debug = {
      ...(await import('../graph/value.ts')),
      ...(await import('../graph/build.ts')),
      ...(await import('../graph/scope.ts')),
    };
    const x = debug.input('x', 'f32', [2]);
    const [y] = debug.within({ path: 'unet.out.2' }, () =>
      debug.node('NoSuchOperator', [x], [{ dtype: 'f32', shape: [2] }]),
    );
    const refused = startSession(debug.build('strange', { x }, { y }), 'fast');
    await expect(refused).rejects.toThrow(/unet\.out\.2\/NoSuchOperator was written at\n[^]*session\.test\.ts/);
    vi.unstubAllEnvs();
  });

  it('turns a refused graph into session_failed', async () => {
    const x = input('x', 'f32', [2]);
    const [y] = node('NoSuchOperator', [x], [{ dtype: 'f32', shape: [2] }]);
    await expect(startSession(build('strange', { x }, { y }), 'fast')).rejects.toMatchObject({
      code: 'session_failed',
      details: { graph: 'strange' },
    });
  });

  it('turns a refused run into session_failed', async () => {
    const x = input('x', 'f32', [2]);
    const session = await startSession(build('narrow', { x }, { y: add(x, x) }), 'fast');
    await expect(session.run(ofX(Float32Array.of(1, 2, 3)))).rejects.toMatchObject({ code: 'session_failed' });
    await session.release();
    await session.release();
    await expect(session.run(ofX(Float32Array.of(1, 2)))).rejects.toMatchObject({ code: 'session_failed' });
  });

  it('counts weights as they lie in the file, and one of them expanded', () => {
    const model = { weightBytes: 2e9, largestExpandedBytes: 1e8 };
    expect(estimateSessionBytes(model, 'low')).toBeCloseTo(2e9, -8);
    expect(estimateSessionBytes(model, 'fast') - estimateSessionBytes(model, 'low')).toBe(1e8);
  });

  it('never holds more than a few weights expanded', async () => {
    const [count, width] = [24, 1024];
    const file = join(folder, 'chain');
    writeFileSync(file, Buffer.alloc(count * width * width * 2));
    let x: Value = input('x', 'f32', ['n', width]);
    const inputs = { x };
    for (let i = 0; i < count; i++) {
      const byteLength = width * width * 2;
      const shape = [width, width];
      x = matmulTransposed(
        x,
        cast(weight({ name: `w${i}`, file, offset: i * byteLength, byteLength, dtype: 'f16', shape }), 'f32'),
      );
    }
    const session = await startSession(build('chain', inputs, { y: x }), 'fast');
    const before = anonymousBytes();
    await session.run(ofX(new Float32Array(width), [1, width]));
    // All of them would be 96 MiB.
    expect(anonymousBytes() - before).toBeLessThan(48 << 20);
    await session.release();
  });
});

describe('the number of threads', () => {
  it('counts cores, not their hardware threads', () => {
    const cpu = (processor: number, socket: number, core: number): string =>
      `processor\t: ${processor}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
    expect(physicalCores([cpu(0, 0, 0), cpu(1, 0, 1), cpu(2, 0, 0), cpu(3, 0, 1)].join('\n'))).toBe(2);
    expect(physicalCores([cpu(0, 0, 0), cpu(1, 1, 0)].join('\n'))).toBe(2);
    expect(physicalCores('processor\t: 0\nBogoMIPS\t: 50\n')).toBeNull();
  });
});
