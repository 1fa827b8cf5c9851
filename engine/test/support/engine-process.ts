/** A real engine process for tests: forked from source, spoken to in the protocol, its messages kept in order. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import type { FromEngine, ToEngine } from '@easel/shared/engine';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export type MessageOf<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>;

export class EngineProcess {
  readonly messages: FromEngine[] = [];
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(...args: string[]) {
    this.#child = fork(MAIN, args, { serialization: 'advanced', execArgv: ['--conditions=source', '--import', 'tsx'] });
    this.#child.on('message', (message) => {
      this.messages.push(message as FromEngine);
      for (const wake of this.#waiting) wake();
    });
    this.exited = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        resolve(code ?? signal);
        for (const wake of this.#waiting) wake();
      });
    });
  }

  send(message: ToEngine): void {
    this.#child.send(message);
  }

  /** The first message that fits, already here or still to come. Rejects when the process ends without it. */
  async expect<T extends FromEngine['type']>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    const isWanted = (message: FromEngine): message is MessageOf<T> =>
      message.type === type && fits(message as MessageOf<T>);
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`the engine ended (${this.#child.exitCode ?? this.#child.signalCode}) before it said ${type}`);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  all<T extends FromEngine['type']>(type: T): MessageOf<T>[] {
    return this.messages.filter((message): message is MessageOf<T> => message.type === type);
  }

  disconnect(): void {
    this.#child.disconnect();
  }

  /** Ends it in any case; tests call this when they are done. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}
