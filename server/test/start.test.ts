/** How the process starts, and the sentences with which it does not. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite';
import type { HealthView } from '@easel/shared/http/health';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { buildServer, spawnServer, startServer, type ServerProcess } from './support/server-process.ts';
import { makeFolders, removeFolders, type TestFolders } from './support/test-studio.ts';

let folders: TestFolders;
let running: ServerProcess | null = null;
beforeAll(async () => {
  buildServer();
  folders = await makeFolders();
});
afterEach(async () => {
  await running?.kill('SIGKILL');
  running = null;
});
afterAll(async () => removeFolders(folders));

/** Runs it to its end. */
const refusal = async (
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | string; text: string }> => {
  const server = spawnServer({ folders, args, env });
  const code = await server.exited;
  return { code, text: server.stderr() || server.stdout() };
};

describe('a start', () => {
  it('answers before the engine is ready, and says so', async () => {
    running = await startServer({ folders, env: { FAKE_ENGINE_START_MS: '1500' } });
    const early = await running.get<HealthView>('/api/v1/health');
    expect(early).toMatchObject({ status: 'ok', engine: { state: 'starting', device: null } });
    // Asked this early, it waits for the engine rather than refusing.
    const { id } = await running.submit({ prompt: 'early' });
    expect(await running.ended(id)).toMatchObject({ state: 'done' });
  });

  it('prints one calm banner: address, folders, how to stop, device and why', async () => {
    running = await startServer({ folders });
    for (let tries = 0; tries < 100 && !running.stdout().includes('Device'); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const banner = running.stdout();
    for (const part of [
      running.address,
      folders.models,
      folders.outputs,
      'Ctrl+C',
      'cpu. The fake engine has no other.',
    ]) {
      expect(banner).toContain(part);
    }
    expect(running.stderr()).toBe('');
  });

  it('prints its usage with every flag and variable', async () => {
    const { code, text } = await refusal(['--help']);
    expect(code).toBe(0);
    for (const word of [
      '--host',
      '--port',
      '--models',
      '--outputs',
      '--data',
      '--device',
      '--open',
      '--help',
      'EASEL_PORT',
      'EASEL_TRUST_NETWORK',
    ]) {
      expect(text).toContain(word);
    }
  });
});

describe('a start that is refused with a sentence', () => {
  it('for a wrong flag or value, with exit code 2', async () => {
    expect(await refusal(['--prot', '1'])).toEqual({
      code: 2,
      text: 'There is no flag --prot; did you mean --port?\n',
    });
  });

  it('for an address others can reach, with exit code 2', async () => {
    const { code, text } = await refusal(['--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(text).toContain('Refusing to listen on 0.0.0.0');
  });

  it('for a port in use, with what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, text } = await refusal(['--port', String(port)]);
    other.close();
    expect([code, text]).toEqual([
      1,
      `Port ${port} is in use by another program. Stop it, or choose another port: npm start -- --port ${port + 1}\n`,
    ]);
  });

  it('for a data folder that another server uses, naming that one; free again when that one was killed', async () => {
    running = await startServer({ folders });
    const { code, text } = await refusal([]);
    expect(code).toBe(1);
    expect(text).toContain(
      `Another Easel (process ${running.child.pid}, ${running.address}) already works with the data folder`,
    );
    expect(await running.get<HealthView>('/api/v1/health')).toMatchObject({ status: 'ok' });
    await running.kill('SIGKILL');
    running = await startServer({ folders });
  });

  it('for a data folder that cannot be written', async () => {
    const { code, text } = await refusal(['--data', join(folders.models, 'checkpoints', 'tiny.safetensors')]);
    expect(code).toBe(1);
    expect(text).toMatch(/^The data folder .* cannot be written \(E[A-Z]+\)\. Choose another one with --data\.\n$/);
  });

  it('for a database written by a newer version, which it leaves as it is', async () => {
    const newer = await makeFolders();
    const path = join(newer.data, 'easel.sqlite');
    const database = new DatabaseSync(path);
    database.exec('create table tomorrow (x); pragma user_version = 99');
    database.close();
    const before = await readFile(path);
    const server = spawnServer({ folders: newer });
    expect(await server.exited).toBe(1);
    expect(server.stderr()).toContain('was written by a newer Easel');
    expect((await readFile(path)).equals(before)).toBe(true);
    await removeFolders(newer);
  });
});
