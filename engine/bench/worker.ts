/**
 * One process under measurement: our engine on one checkpoint in one memory form. Reads a task per line and answers each
 * with a line of JSON, so that bench.ts can let it take turns with other processes. Knows nothing of what it is compared
 * with. peer.py speaks the same protocol.
 */
import { createInterface } from 'node:readline';

import { openCheckpoint } from '../src/checkpoint/open.ts';
import { isOfText } from '../src/families/lasting-session.ts';
import { openPipeline } from '../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../src/families/recognise.ts';
import type { Pipeline, Role } from '../src/families/types.ts';
import { costsOfRuns } from '../src/graph/cost.ts';
import { evaluateDim } from '../src/graph/dims.ts';
import type { Feeds, MemoryForm } from '../src/graph/session.ts';
import { splitNetwork } from '../src/graph/split.ts';
import type { Value } from '../src/graph/value.ts';
import { createPipelineCache } from '../src/jobs/pipeline-cache.ts';
import { startSession } from '../src/runtime/session.ts';
import { createCeiling, PRODUCT_GFLOP, type Ceiling } from './ceiling.ts';
import { formulaLora } from './formula-lora.ts';
import { processMemory } from './process-memory.ts';

const [file = '', form = 'fast', other = ''] = process.argv.slice(2);
/** Latent 64 x 64, one picture, one row of text. */
const EXTENTS = { n: 1, h: 64, w: 64, t: 77 };
const ROLES: Readonly<Record<string, Role>> = { unet: 'unet', vae: 'vae-decoder', text: 'text-encoder' };
const RESIDUAL = /^(down\.\d+|mid)(\.|$)/;

/** Number `i` of every input; peer.py feeds the same. */
const numberAt = (i: number): number => Math.sin(i * 12.9898) * 1.4;

let pipeline: Pipeline | null = null;
let ceiling: Ceiling | null = null;
const feeds = new Map<string, Feeds>();
const gflop = new Map<string, number>();

async function openFile(checkpoint: string): Promise<Pipeline> {
  return openPipeline(await recogniseCheckpoint(checkpoint), { startSession, memory: form as MemoryForm });
}

const loadAll = async (opened: Pipeline): Promise<void> =>
  opened.load(...opened.family.roles.filter((role) => role !== 'vae-encoder'));

/** Feeds and the count of operations of every part; not part of any measurement. */
async function prepare(): Promise<Record<string, number>> {
  const { family, header, sidecar } = await recogniseCheckpoint(file);
  for (const [part, role] of Object.entries(ROLES)) {
    const ports = family.ports(role, header, sidecar);
    const { inputs, outputs: results } = ports;
    outputs[part] ??= ['skip.1', 'raw.2'].filter((name) => Object.hasOwn(results, name)).slice(0, 1);
    // Residuals that nobody gives have extent 1 in every axis.
    const ones = Object.values(inputs).flatMap(({ shape }) => shape.filter((dim) => RESIDUAL.test(String(dim))));
    const extents = { ...EXTENTS, ...Object.fromEntries(ones.map((dim) => [dim, 1])) };
    // What is made of a text is made once, in the run that does not count.
    const everyTime = role === 'unet' ? (splitNetwork(ports, isOfText)?.rest.outputs ?? results) : results;
    const [cost] = costsOfRuns(Object.values(everyTime), [extents]);
    gflop.set(part, (cost?.flops ?? 0) / 1e9);
    const given = Object.entries(inputs).filter(([name]) => !RESIDUAL.test(name));
    feeds.set(part, Object.fromEntries(given.map(([name, value]) => [name, feedOf(name, value, extents)])));
  }
  return Object.fromEntries(gflop);
}

function feedOf(name: string, { dtype, shape }: Value, extents: Readonly<Record<string, number>>): Feeds[string] {
  const sizes = shape.map((dim) => evaluateDim(dim, extents));
  const count = sizes.reduce((a, b) => a * b, 1);
  if (name === 'ends') return { data: BigInt64Array.of(5n), shape: sizes };
  if (dtype === 'i64') return { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(1000 + i)), shape: sizes };
  if (name === 'timestep') return { data: new Float32Array(count).fill(500), shape: sizes };
  return { data: Float32Array.from({ length: count }, (_, i) => numberAt(i)), shape: sizes };
}

/** What each part is asked for; of a text encoder the state that torch gives as its last, or what there is. */
const outputs: Record<string, readonly string[]> = { unet: ['out'], vae: ['image'] };

async function runPart(part: string): Promise<Record<string, unknown>> {
  const results = await (pipeline as Pipeline).run(ROLES[part] as Role, feeds.get(part) as Feeds, outputs[part]);
  const { data } = Object.values(results)[0] as { data: Float32Array };
  return { sample: [...data.subarray(0, 256)] };
}

/** Back to a model that is still resident after another one was used: what a job does before its first pass. */
async function measureSwitch(): Promise<{ ms: number }> {
  const cache = createPipelineCache<Pipeline>(Number.POSITIVE_INFINITY);
  const take = async (checkpoint: string): Promise<void> => {
    const { modifiedMs } = await openCheckpoint(checkpoint);
    const taken = await cache.acquire(`${checkpoint}:${modifiedMs}`, 0, async () => openFile(checkpoint));
    await loadAll(taken);
  };
  await take(file);
  await take(other);
  const startedAt = performance.now();
  await take(file);
  const ms = performance.now() - startedAt;
  await cache.releaseAll();
  return { ms };
}

let lora: string | null = null;

/** Uses the formula LoRA, for the first time or at another weight, up to where the first step may begin. */
async function adaptTo(weight: number): Promise<Record<string, unknown>> {
  const used = pipeline as Pipeline;
  lora ??= await formulaLora(file);
  const startedAt = performance.now();
  await used.adapt([{ file: lora, textWeight: weight, unetWeight: weight, rankLimit: null }]);
  // The U-Net's session where it has to be another one, and what its branches are fed.
  await used.load('unet');
  return { readyMs: performance.now() - startedAt };
}

const tasks: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  prepare,
  async load() {
    pipeline = await openFile(file);
    await loadAll(pipeline);
    return {};
  },
  async release() {
    await pipeline?.release();
    await ceiling?.release();
    ceiling = null;
    return {};
  },
  async ceiling() {
    ceiling ??= await createCeiling();
    return { gflops: await ceiling.measure(), gflop: PRODUCT_GFLOP };
  },
  // Not part of what adding takes.
  async writeLora() {
    lora = await formulaLora(file);
    return {};
  },
  addLora: async () => adaptTo(1),
  weighLora: async () => adaptTo(0.5 + Math.random() / 2),
  switch: measureSwitch,
  memory: () => Promise.resolve({ ...processMemory() }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const task = line.trim();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const answer = await (tasks[task] ?? (() => runPart(task)))();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, ...answer }));
}
