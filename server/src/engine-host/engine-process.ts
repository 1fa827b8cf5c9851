/**
 * One life of the engine process: fork, messages, silence, end. It decides nothing; engine-host.ts does.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { FromEngine, ToEngine } from '@easel/shared/engine';

import { SilenceWatch } from './silence-watch.ts';

export interface EngineProcessOptions {
  /** Absolute path of the engine's main module. */
  entry: string;
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
}

/** How a process ended, with the last it said. */
export interface EngineExit {
  /** One sentence for a person. */
  reason: string;
  lastLines: readonly string[];
}

export interface EngineProcessListener {
  message(message: FromEngine): void;
  line(line: string): void;
  /** Exactly once. */
  ended(exit: EngineExit): void;
}

const LAST_LINES = 20;
/** Until `ready`: loading the runtime's libraries from a slow disk. */
const START_BUDGET_MS = 60_000;
/** From a request until the engine says anything. */
const ANSWER_BUDGET_MS = 30_000;

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #watch: SilenceWatch;
  readonly #lastLines: string[] = [];
  #killedBecause: string | null = null;
  /** Requests without an answer; while there are none silence is fine. */
  #awaited = 0;

  constructor(options: EngineProcessOptions, listener: EngineProcessListener) {
    this.#child = fork(options.entry, [...options.args], {
      serialization: 'advanced',
      env: options.environment,
      // Flags of the server's own process, such as an inspector's port, are not for the engine.
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#watch = new SilenceWatch((budgetMs) =>
      this.kill(`it said nothing for ${Math.round(budgetMs / 1000)} seconds, though it had work`),
    );
    this.#watch.expect(START_BUDGET_MS);

    const keepLine = (line: string): void => {
      if (line.trim() === '') return;
      this.#lastLines.push(line);
      if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
      listener.line(line);
    };
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', keepLine);
    }

    this.#child.on('message', (message) => {
      const received = message as FromEngine;
      if (received.type === 'quiet') this.#expect(received.budgetMs);
      else if (received.type === 'ready') this.#expect(0);
      else this.#watch.heard();
      listener.message(received);
    });

    let hasEnded = false;
    const end = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#watch.stop();
      listener.ended({ reason: this.#killedBecause ?? how, lastLines: [...this.#lastLines] });
    };
    // A process that could not be started has no exit.
    this.#child.on('error', (error) => end(`it could not be reached: ${error.message}`));
    this.#child.on('exit', (code, signal) =>
      end(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
    );
  }

  send(message: ToEngine): void {
    // A channel that closes under our hands is followed by the exit, which tells everybody.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Sends what the engine must answer; {@link answered} says that it has. */
  ask(message: ToEngine): void {
    this.#awaited += 1;
    this.#watch.expectAtLeast(ANSWER_BUDGET_MS);
    this.send(message);
  }

  answered(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#watch.expect(0);
  }

  kill(because: string): void {
    this.#killedBecause ??= because;
    // A stopped process takes no other signal.
    this.#child.kill('SIGKILL');
  }

  /** Asks the process to end and sees to it that it does. */
  async shutDown(withinMs: number): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#watch.expect(0);
    this.send({ type: 'shutdown' });
    const timer = setTimeout(() => this.kill('the server stops'), withinMs);
    await exited;
    clearTimeout(timer);
  }

  // The idle mark of the job before may arrive after the next request went out.
  #expect(budgetMs: number): void {
    this.#watch.expect(budgetMs === 0 && this.#awaited > 0 ? ANSWER_BUDGET_MS : budgetMs);
  }
}
