/**
 * npm run bench -- [--peer PYTHON] [--rounds N] [--parts text,unet,vae,lora] [--form fast|low] [checkpoint ...]
 *
 * Speed and memory on full-size checkpoints (npm run formula-checkpoint makes one): the U-Net, the VAE decoder and the
 * text encoder at 512 x 512 pixels against this machine's sgemm ceiling and, with a Python that has diffusers, against
 * torch on the same file; loading against a raw read; the way back to a resident model; memory. All take turns in one
 * run. Only ratios mean something away from this machine, and processor time more than time where it is shared.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import { startContestant, type Answer, type Contestant } from './contestant.ts';
import { FORMULA_CHECKPOINT, XL_FORMULA_CHECKPOINT } from './paths.ts';

const PARTS = { text: 'text encode', unet: 'U-Net step', vae: 'VAE decode' } as const;
type Part = keyof typeof PARTS;
/** Asked for beside the parts by --parts lora. */
const LORA_PART = 'lora';
/** Large blocks go back to the kernel when a session is released; the server starts its engine so too. */
const ENGINE_ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: '1048576' };
const LOADS = 3;
/** Close enough to be the same arithmetic in another order. */
const SAME = 1e-3;

const { values: options, positionals } = parseArgs({
  options: {
    peer: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    form: { type: 'string', default: 'fast' },
    parts: { type: 'string', default: [...Object.keys(PARTS), LORA_PART].join() },
  },
  allowPositionals: true,
});
const rounds = Number(options.rounds);
const hasLora = options.parts.split(',').includes(LORA_PART);
const parts = (Object.keys(PARTS) as Part[]).filter((part) => options.parts.split(',').includes(part));
const files =
  positionals.length > 0
    ? positionals.map((file) => join(process.env['INIT_CWD'] ?? process.cwd(), file))
    : [FORMULA_CHECKPOINT, XL_FORMULA_CHECKPOINT].filter((file) => existsSync(file));
if (files.length === 0 || !files.every((file) => existsSync(file))) {
  console.error('There is no checkpoint to measure. Make one with: npm run formula-checkpoint');
  process.exit(2);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const say = (label: string, text: string): void => console.log(`  ${label.padEnd(16)}${text}`);

interface Time {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Sequential read through one buffer, page cache as it is: what a load is held against. */
function rawRead(file: string): Time {
  const buffer = Buffer.allocUnsafe(8 << 20);
  const handle = openSync(file, 'r');
  const startedAt = performance.now();
  const before = process.cpuUsage();
  while (readSync(handle, buffer) > 0);
  const { user, system } = process.cpuUsage(before);
  closeSync(handle);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

/** Largest difference of the first numbers of two results, as a part of the largest number. */
function difference(a: Answer, b: Answer): number {
  const [x, y] = [a['sample'] as number[], b['sample'] as number[]];
  const largest = Math.max(...x.map(Math.abs));
  return Math.max(...x.map((value, i) => Math.abs(value - (y[i] ?? Number.NaN)))) / largest;
}

const engineOn = (file: string, other: string): Contestant =>
  startContestant(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', join(import.meta.dirname, 'worker.ts'), file, options.form, other],
    ENGINE_ENVIRONMENT,
  );

async function measureParts(file: string, peer: Contestant | null, ours: Contestant): Promise<void> {
  const gflop = await ours.ask('prepare');
  await ours.ask('ceiling');
  for (const part of parts) {
    const first = { ours: await ours.ask(part), peer: (await peer?.ask(part)) ?? null };
    const runs: { ours: Answer; peer: Answer | null; ceiling: Answer }[] = [];
    for (let round = 0; round < rounds; round++) {
      const ceiling = await ours.ask('ceiling');
      runs.push({ ours: await ours.ask(part), peer: (await peer?.ask(part)) ?? null, ceiling });
    }
    const ms = median(runs.map((run) => run.ours.ms));
    const cpuMs = median(runs.map((run) => run.ours.cpuMs));
    const work = gflop[part] as number;
    const reached = work / (ms / 1000);
    const most = median(runs.map(({ ceiling }) => ceiling['gflops'] as number));
    const gflopPerCpu = (of: { cpuMs: number }, amount: number): number => amount / (of.cpuMs / 1000);
    const ceilingPerCpu = median(runs.map(({ ceiling }) => gflopPerCpu(ceiling, ceiling['gflop'] as number)));
    const share = `${Math.round((100 * reached) / most)} % of the ceiling (${Math.round((100 * gflopPerCpu({ cpuMs }, work)) / ceilingPerCpu)} % by processor time)`;
    const later = Math.max(0, first.ours.ms - ms);
    say(
      PARTS[part],
      `${seconds(ms)}, ${Math.round(reached)} of ${Math.round(most)} GFLOP/s, ${share}; first run ${seconds(later)} more`,
    );
    if (first.peer === null) continue;
    const ratios = (key: 'ms' | 'cpuMs'): string =>
      median(runs.map((run) => run.ours[key] / (run.peer as Answer)[key])).toFixed(2);
    const theirs = median(runs.map((run) => (run.peer as Answer).ms));
    const off = difference(first.peer, first.ours);
    // XL is told other numbers, and asked for another state.
    const isComparable = part === 'vae' || !basename(file).includes('xl');
    const agreement = isComparable ? `, results ${off < SAME ? 'agree' : 'DIFFER'} (${off.toExponential(1)})` : '';
    say(
      '',
      `torch ${seconds(theirs)}: ours takes ${ratios('ms')} of its time (${ratios('cpuMs')} of its processor time)${agreement}`,
    );
  }
}

async function measureLoads(file: string, other: string): Promise<void> {
  const runs: { load: Answer; raw: Time; isFresh: boolean }[] = [];
  const ours = engineOn(file, other);
  for (let i = 0; i < LOADS + 1; i++) {
    const raw = rawRead(file);
    runs.push({ load: await ours.ask('load'), raw, isFresh: i === 0 });
    await ours.ask('release');
  }
  const [fresh] = runs as [(typeof runs)[number]];
  const later = runs.slice(1);
  const ratioOf = (key: keyof Time, of: typeof runs): string =>
    median(of.map(({ load, raw }) => load[key] / raw[key])).toFixed(2);
  const raw = median(later.map((run) => run.raw.ms));
  say('raw read', `${seconds(raw)} from the page cache, ${(statSync(file).size / raw / 1e6).toFixed(1)} GB/s`);
  say(
    'load',
    `${seconds(median(later.map(({ load }) => load.ms)))}, ${ratioOf('ms', later)} of a raw read (${ratioOf('cpuMs', later)} by processor time)`,
  );
  say(
    'in new process',
    `${seconds(fresh.load.ms)}, ${ratioOf('ms', [fresh])} of a raw read (${ratioOf('cpuMs', [fresh])} by processor time)`,
  );
  say('switch back', seconds((await ours.ask('switch')).ms));
  const { residentMegabytes, anonymousMegabytes } = await ours.ask('memory');
  say('released', `${String(residentMegabytes)} MB resident, ${String(anonymousMegabytes)} MB of it anonymous`);
  ours.end();
}

/** The U-Net with a LoRA of rank 16 on all its attentions beside the same without, in two processes that take turns. */
async function measureLora(file: string, plain: Contestant): Promise<void> {
  const adapted = engineOn(file, file);
  await adapted.ask('prepare');
  await adapted.ask('writeLora');
  await adapted.ask('load');
  // A model that pictures have been made with, as it is when somebody thinks of a LoRA.
  await adapted.ask('text');
  await adapted.ask('unet');
  const added = await adapted.ask('addLora');
  await adapted.ask('unet');
  await plain.ask('unet');
  const weighed: Answer[] = [];
  const steps: { plain: Answer; adapted: Answer }[] = [];
  for (let round = 0; round < rounds; round++) {
    weighed.push(await adapted.ask('weighLora'));
    steps.push({ plain: await plain.ask('unet'), adapted: await adapted.ask('unet') });
  }
  adapted.end();
  const share = (key: 'ms' | 'cpuMs'): string =>
    ((median(steps.map((step) => step.adapted[key] / step.plain[key])) - 1) * 100).toFixed(1);
  const ready = (of: Answer): number => of['readyMs'] as number;
  say('LoRA, rank 16', `a step takes ${share('ms')} % more (${share('cpuMs')} % by processor time)`);
  say(
    '',
    `added in ${seconds(ready(added))}; another weight in ${Math.round(median(weighed.map(ready)))} ms (${Math.round(median(weighed.map(({ cpuMs }) => cpuMs)))} ms of processor time)`,
  );
}

for (const file of files) {
  const bytes = statSync(file).size;
  const load = loadavg()
    .map((each) => each.toFixed(1))
    .join(' ');
  console.log(
    `${basename(file)}: ${(bytes / 1e9).toFixed(2)} GB, form ${options.form}, ${availableParallelism()} processors, load ${load}`,
  );
  rawRead(file);
  await measureLoads(file, files.find((each) => each !== file) ?? file);
  const ours = engineOn(file, file);
  const peer =
    options.peer === undefined ? null : startContestant(options.peer, [join(import.meta.dirname, 'peer.py'), file]);
  if (peer !== null) {
    const { torch, threads } = await peer.ask('prepare');
    const loaded = await peer.ask('load');
    say('torch', `${String(torch)} on ${String(threads)} threads, loaded in ${seconds(loaded.ms)}`);
  }
  await ours.ask('load');
  await measureParts(file, peer, ours);
  if (hasLora) await measureLora(file, ours);
  const { residentMegabytes, anonymousMegabytes, peakMegabytes } = await ours.ask('memory');
  say(
    'running',
    `${String(residentMegabytes)} MB resident, ${String(anonymousMegabytes)} MB of it anonymous, peak ${String(peakMegabytes)} MB`,
  );
  ours.end();
  peer?.end();
}
