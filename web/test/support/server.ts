/** The real server with the real engine and the demo model, on a free port, with folders of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const START_MS = 60_000;

export class RealServer {
  readonly #folder: string;
  readonly #models: string;
  #process: ChildProcess | undefined;
  #port = 0;

  private constructor(folder: string, models: string) {
    this.#folder = folder;
    this.#models = models;
  }

  /** @param prepare makes a models folder in the given one, in place of the demo model's */
  static async start(prepare?: (folder: string) => Promise<string>): Promise<RealServer> {
    const folder = await mkdtemp(join(tmpdir(), 'easel-browser-'));
    const server = new RealServer(folder, (await prepare?.(folder)) ?? join(ROOT, 'models'));
    await server.resume();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts again where it was stopped: same folders, same port. */
  async resume(): Promise<void> {
    const flags = {
      port: String(this.#port),
      models: this.#models,
      data: join(this.#folder, 'data'),
      outputs: join(this.#folder, 'outputs'),
    };
    const child = spawn(
      process.execPath,
      [join(ROOT, 'server/dist/main.js'), ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    this.#port = Number(new URL(await readAddress(child)).port);
  }

  /** Ends the process as a power cut would. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async end(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Asks the API, past the page. */
  async get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Has pictures made, past the page, and waits for them. */
  async generate(request: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.url}/api/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'text-to-image', ...request }),
    });
    const { id } = (await response.json()) as { id: string };
    let state = 'queued';
    while (state === 'queued' || state === 'running') {
      await sleep(200);
      ({ state } = await this.get<{ state: string }>(`/jobs/${id}`));
    }
    if (state !== 'done') throw new Error(`the job ended as ${state}`);
  }

  async bytesOf(imageId: string): Promise<Buffer> {
    const response = await fetch(`${this.url}/api/v1/images/${imageId}/file`);
    return Buffer.from(await response.arrayBuffer());
  }
}

/** The banner names the address once the server listens. */
function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`the server does not listen:\n${said}`)), START_MS);
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
}

/** Gives the server of the enclosing describe. @param prepare as {@link RealServer.start} */
export function useServer(prepare?: (folder: string) => Promise<string>): () => RealServer {
  let server: RealServer | undefined;
  beforeAll(async () => {
    server = await RealServer.start(prepare);
  });
  afterAll(() => server?.end());
  return () => {
    if (!server) throw new Error('the server is started before the first test');
    return server;
  };
}
