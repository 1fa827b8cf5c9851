/** The server as a process of its own, which a test may kill. Runs as built, brought up to date first, with the fake engine. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { JobAccepted, PictureJobView } from '@easel/shared/http/jobs';

import { FAKE_ENGINE, type TestFolders } from './test-studio.ts';

const serverFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Does nothing when nothing has changed; to be called before the first start. */
export function buildServer(): void {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-b', join(serverFolder, 'tsconfig.build.json')], { stdio: 'inherit' });
}

export interface ServerProcess {
  address: string;
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  get<T>(path: string): Promise<T>;
  submit(request: Record<string, unknown>): Promise<JobAccepted>;
  ended(id: string): Promise<PictureJobView>;
  /** Resolves with the exit code, or the signal's name. */
  exited: Promise<number | string>;
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

export interface ServerProcessOptions {
  folders: TestFolders;
  args?: readonly string[];
  env?: Record<string, string>;
}

/** Starts it and does not wait. */
export function spawnServer({
  folders,
  args = [],
  env = {},
}: ServerProcessOptions): Omit<ServerProcess, 'address' | 'get' | 'submit' | 'ended'> {
  const child = spawn(process.execPath, [join(serverFolder, 'dist', 'main.js'), ...args], {
    cwd: serverFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folders.root,
      NODE_ENV: 'test',
      EASEL_ENGINE_ENTRY: FAKE_ENGINE,
      EASEL_PORT: '0',
      EASEL_MODELS: folders.models,
      EASEL_OUTPUTS: folders.outputs,
      EASEL_DATA: folders.data,
      FAKE_ENGINE_NOTES: folders.notes,
      ...env,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exited = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    exited,
    async kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

const sleep = async (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts it and waits until it listens. */
export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const server = spawnServer(options);
  let hasExited = false;
  void server.exited.then(() => (hasExited = true));
  let address: string | undefined;
  while (address === undefined) {
    if (hasExited) throw new Error(`The server ended: ${server.stdout()}${server.stderr()}`);
    await sleep(20);
    address = /http:\/\/\S+/.exec(server.stdout())?.[0];
  }
  const base = address;
  const get = async <T>(path: string): Promise<T> => (await (await fetch(base + path)).json()) as T;
  return {
    ...server,
    address,
    get,
    async submit(request) {
      const response = await fetch(`${base}/api/v1/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'text-to-image', prompt: 'a red house', ...request }),
      });
      if (response.status !== 202) throw new Error(`Refused: ${await response.text()}`);
      return (await response.json()) as JobAccepted;
    },
    async ended(id) {
      for (;;) {
        const job = await get<PictureJobView>(`/api/v1/jobs/${id}`);
        if (['done', 'failed', 'cancelled'].includes(job.state)) return job;
        await sleep(25);
      }
    },
  };
}
