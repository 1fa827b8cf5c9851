/**
 * What the scripts say: one line a phase with its time, and on failure the last lines of the tool that failed.
 *
 * Only Node built-ins, because `npm start` runs before anything is installed.
 */
import { spawn } from 'node:child_process';

const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const paint = (code, text) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);
export const dim = (text) => paint(2, text);
export const red = (text) => paint(31, text);
export const green = (text) => paint(32, text);

/** `1.2 s`, `1 min 05 s`. */
export function formatDuration(durationMs) {
  const seconds = durationMs / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${String(Math.floor(seconds - minutes * 60)).padStart(2, '0')} s`;
}

/** A tool ended badly. `message` is for people; `output` is what the tool printed. */
export class ToolError extends Error {
  constructor(message, output = '', hint = '') {
    super(message);
    this.name = 'ToolError';
    this.output = output;
    this.hint = hint;
  }
}

const runningChildren = new Set();
let isForwarding = false;

/** Ctrl+C and a stop from outside end the tools too, and then this process by the same signal. */
function forwardSignals() {
  if (isForwarding) return;
  isForwarding = true;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      for (const child of runningChildren) child.kill(signal);
      process.kill(process.pid, signal);
    });
  }
}

/**
 * Runs a tool to its end and keeps what it prints.
 *
 * @param command executable, or null for the running Node
 * @param options.onLine called with each line as it comes
 * @returns `{code, signal, output, durationMs}`; never rejects for a bad exit, only when the tool cannot be started
 */
export function runTool(command, args, { cwd, env, onLine, timeoutMs, shell = false } = {}) {
  forwardSignals();
  const startedAt = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command ?? process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
    });
    runningChildren.add(child);
    let output = '';
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        if (onLine) for (const line of lines) onLine(line);
      });
      stream.on('end', () => {
        if (onLine && rest !== '') onLine(rest);
      });
    }
    const finish = () => {
      clearTimeout(timer);
      runningChildren.delete(child);
    };
    child.once('error', (error) => {
      finish();
      reject(new ToolError(`${command ?? 'node'} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      finish();
      resolve({ code, signal, output, durationMs: Date.now() - startedAt });
    });
  });
}

/** The last lines of a tool's output, without blank ones, indented. */
export function lastLines(output, count = 25) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Runs one phase and prints one line for it: what it does, then how long it took. */
export async function phase(label, work) {
  const startedAt = Date.now();
  if (isTerminal) process.stdout.write(dim(`  ${label} …`));
  try {
    const result = await work();
    process.stdout.write(
      `${isTerminal ? '\r\u001b[K' : ''}  ${label} ${dim(`(${formatDuration(Date.now() - startedAt)})`)}\n`,
    );
    return result;
  } catch (error) {
    process.stdout.write(
      `${isTerminal ? '\r\u001b[K' : ''}  ${label} ${red('failed')} ${dim(`(${formatDuration(Date.now() - startedAt)})`)}\n`,
    );
    throw error;
  }
}

/** Prints a {@link ToolError} the way a person can act on it; other errors with their stack. */
export function explain(error) {
  if (!(error instanceof ToolError)) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    return;
  }
  process.stderr.write(`\n${red(error.message)}\n`);
  if (error.output.trim() !== '') process.stderr.write(`${lastLines(error.output)}\n`);
  if (error.hint !== '') process.stderr.write(`${error.hint}\n`);
}
