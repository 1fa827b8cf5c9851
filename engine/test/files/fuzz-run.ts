/**
 * `npm run fuzz -- [--count 100000] [--seed 1] [--from 0]`: damaged files in a process of their own, which is watched
 * from outside, so that a reader that hangs or dies is found with the number of its file.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';

import { fuzz, LARGEST_RSS, SLOWEST_MS, type FuzzReport } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    child: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const from = Number(values.from);
const to = from + Number(values.count);

/** Without a word for so long the process is given up. Each file's own time is measured; a busy machine may keep it waiting. */
const SILENCE_MS = 300 * SLOWEST_MS;
/** Files between two words. */
const WORD_EVERY = 50;

interface Word {
  readonly at?: number;
  readonly report?: FuzzReport;
  readonly peakBytes?: number;
}

async function runHere(): Promise<void> {
  const say = (word: Word): void => void process.send?.(word);
  const report = await fuzz({ seed, from, to, onFile: (number) => number % WORD_EVERY === 0 && say({ at: number }) });
  say({ report, peakBytes: process.resourceUsage().maxRSS * 1024 });
  process.disconnect();
}

async function watch(): Promise<boolean> {
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--child'], {
    execArgv: ['--conditions=source', '--import', 'tsx', '--max-old-space-size=400'],
  });
  let last: Word = {};
  let at = from;
  let silence: NodeJS.Timeout | undefined;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
  };
  listen();
  child.on('message', (word: Word) => {
    listen();
    at = word.at ?? at;
    last = word;
    if (word.at !== undefined && word.at % 10_000 === 0) console.log(`${word.at} of ${to}`);
  });
  const code = await new Promise<number | string | null>((resolve) => {
    child.on('exit', (status, signal) => resolve(status ?? signal));
  });
  clearTimeout(silence);
  const { report, peakBytes = 0 } = last;
  if (report === undefined) {
    console.log(`The process ended with ${code} at one of the files ${at} to ${at + WORD_EVERY - 1} of seed ${seed}.`);
    return false;
  }
  for (const fault of report.faults) console.log(fault);
  const isSmall = peakBytes <= LARGEST_RSS;
  console.log(
    `${report.files} files of seed ${seed}: ${report.loaded} loaded, ${report.refused} refused, ${report.faults.length} faults; ` +
      `the slowest took ${report.slowestMs.toFixed(0)} ms, the process at most ${Math.round(peakBytes / 2 ** 20)} MB`,
  );
  return report.faults.length === 0 && isSmall;
}

if (values.child) await runHere();
else process.exitCode = (await watch()) ? 0 : 1;
