/** A process that takes part in a bench: gets a task per line, answers with a line of JSON. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly ms: number;
  /** Processor time of all its threads: what a shared machine does not change. */
  readonly cpuMs: number;
  readonly [key: string]: unknown;
}

export interface Contestant {
  /** One task; nothing else of the bench runs meanwhile. @throws when the process ends without an answer */
  ask(task: string): Promise<Answer>;
  end(): void;
}

export function startContestant(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Contestant {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(task) {
      child.stdin.write(`${task}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${command} ended at the task ${task}.`);
      return JSON.parse(value) as Answer;
    },
    end: () => void child.stdin.end(),
  };
}
