/** Wildcards of a server that runs as a process: raw names on the wire, and an end in the middle of saving. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WILDCARD_BYTES, type WildcardFile } from '@easel/shared/http/wildcard-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { rawPost, sendRaw } from './support/raw-request.ts';
import { buildServer, startServer } from './support/server-process.ts';
import { makeFolders, removeFolders, type TestFolders } from './support/test-studio.ts';

let folders: TestFolders;
beforeAll(async () => {
  buildServer();
  folders = await makeFolders();
  await writeFile(join(folders.data, 'secret.txt'), 'secret');
  await mkdir(join(folders.data, 'wildcards'));
});
afterAll(async () => removeFolders(folders));

const start = async () => {
  const server = await startServer({ folders });
  const save = async (name: string, text: string, version: string | null): Promise<Response> =>
    fetch(`${server.address}/api/v1/wildcards/${encodeURIComponent(name)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, version }),
    });
  return { server, save };
};

describe('wildcards of a running server', () => {
  it('stay in their folder, whatever stands in the address', async () => {
    const { server } = await start();
    const { port } = new URL(server.address);
    const body = JSON.stringify({ text: 'mine', version: null });
    for (const name of [
      '..%2Fsecret',
      '../secret',
      '%2e%2e%2fsecret',
      '..%5csecret',
      '%2Fetc%2Fpasswd',
      'a%00',
      '....//secret',
    ]) {
      const address = `/api/v1/wildcards/${name}`;
      const headers = [`Host: 127.0.0.1:${port}`, 'Content-Type: application/json'];
      const put = rawPost(address, headers, body).replace(/^POST/, 'PUT');
      const read = `GET ${address} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
      expect((await sendRaw(Number(port), put)).status).toBeGreaterThanOrEqual(400);
      const answer = await sendRaw(Number(port), read);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain('"text"');
    }
    expect(await readFile(join(folders.data, 'secret.txt'), 'utf8')).toBe('secret');
    expect(await readdir(join(folders.data, 'wildcards'))).toEqual([]);
    await server.kill('SIGTERM');
  });

  it('are whole when the server is killed while many are saved', async () => {
    const { server, save } = await start();
    const texts = ['a', 'b'].map((letter) => `${letter}\n`.repeat(WILDCARD_BYTES / 2));
    const first = (await (await save('big', texts[0] as string, null)).json()) as WildcardFile;
    const saving = [
      save('big', texts[1] as string, first.version),
      ...Array.from({ length: 8 }, async (_, i) => save(`n${i}`, texts[1] as string, null)),
    ];
    await Promise.race(saving.slice(1));
    await server.kill('SIGKILL');
    await Promise.allSettled(saving);
    const again = await start();
    const { wildcards } = await again.server.get<{ wildcards: { name: string; lines: number }[] }>('/api/v1/wildcards');
    expect(wildcards.length).toBeGreaterThan(1);
    for (const { name, lines } of wildcards) expect([name, lines]).toEqual([name, WILDCARD_BYTES / 2]);
    const { text } = await again.server.get<WildcardFile>('/api/v1/wildcards/big');
    expect(texts).toContain(text);
    await again.server.kill('SIGTERM');
  });
});
