/**
 * A running Easel for scripts: starts the built server on a free loopback port, talks to it, kills and restarts it.
 *
 * Not for tests of the parts; those live in the packages.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT } from './workspace.mjs';

const START_LIMIT_MS = 60_000;

async function findFreePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Processes whose parent is `pid`, from /proc; Linux only. */
function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // The command in brackets may hold anything; what follows the last bracket does not.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return Number(fields[1]) === pid && fields[0] !== 'Z';
      } catch (error) {
        if (error.code === 'ENOENT' || error.code === 'ESRCH') return false;
        throw error;
      }
    })
    .map(Number);
}

export class Studio {
  #folder;
  #child;
  #log = [];

  /** @param folder where its outputs and data go, e.g. a temporary folder */
  constructor(folder) {
    this.#folder = folder;
  }

  get outputs() {
    return join(this.#folder, 'outputs');
  }

  get data() {
    return join(this.#folder, 'data');
  }

  /** The last lines the server printed, for a report. */
  get lastLines() {
    return this.#log.slice(-20).join('\n');
  }

  /** Starts, or starts again, and waits until its engine is ready and it knows a model. Same port every time. */
  async start() {
    this.port ??= await findFreePort();
    this.address = `http://127.0.0.1:${this.port}`;
    const flags = ['--port', String(this.port), '--outputs', this.outputs, '--data', this.data];
    this.#child = spawn(process.execPath, [join(ROOT, 'server/dist/main.js'), ...flags], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#log.push(...text.split('\n'));
        this.#log.splice(0, this.#log.length - 200);
      });
    }
    const until = Date.now() + START_LIMIT_MS;
    for (;;) {
      if (this.#child.exitCode !== null)
        throw new Error(`the server ended with ${this.#child.exitCode}:\n${this.lastLines}`);
      const health = await this.get('/api/v1/health').catch(() => undefined);
      if (health?.engine.state === 'ready' && (await this.get('/api/v1/models')).defaultModel !== null) return health;
      if (Date.now() > until)
        throw new Error(`engine and model were not ready within ${START_LIMIT_MS / 1000} s:\n${this.lastLines}`);
      await sleep(50);
    }
  }

  /** GET of a JSON answer. @throws an Error with the status and body when it is not 2xx */
  async get(path) {
    return (await this.fetch(path)).json();
  }

  async post(path, body) {
    const answer = await this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  async fetch(path, options) {
    const answer = await fetch(`${this.address}${path}`, { signal: AbortSignal.timeout(20_000), ...options });
    if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  enginePid() {
    return childrenOf(this.#child.pid)[0];
  }

  killEngine() {
    const pid = this.enginePid();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** `kill -9` of the server. Resolves when it is gone; says whether its engine followed it within ten seconds. */
  async killServer() {
    const engine = this.enginePid();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    if (engine === undefined) return true;
    for (let i = 0; i < 200; i++) {
      if (!isAlive(engine)) return true;
      await sleep(50);
    }
    return false;
  }

  /** An orderly end. @returns the exit code */
  async stop() {
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return null;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = await ended;
    return code;
  }
}
