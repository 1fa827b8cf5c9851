/**
 * One process, one memory form: loads the UNet of a checkpoint, runs steps interleaved with the sgemm ceiling, and
 * prints a line of JSON. Started by bench.ts, so that peaks of memory are those of this form alone.
 */
import { openPipeline } from '../src/families/pipeline.ts';
import { recogniseCheckpoint } from '../src/families/recognise.ts';
import type { MemoryForm } from '../src/graph/session.ts';
import { startSession } from '../src/runtime/session.ts';
import { createCeiling } from './ceiling.ts';
import { processMemory } from './process-memory.ts';

/** Counted layer by layer for SD 1.5 at 64 x 64, batch 1, context 77 (docs/performance.md). */
const SD15_STEP_GFLOP = 803;
/** A weight whose second extent is the width of the context. */
const CONTEXT_READER = 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight';
const LATENT = 64;
const TOKENS = 77;

const [file = '', form = 'fast', rounds = '5'] = process.argv.slice(2);

const noise = (shape: readonly number[]): { data: Float32Array; shape: readonly number[] } => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 12.9898) * 1.4;
  return { data, shape };
};

const startedAt = performance.now();
const checkpoint = await recogniseCheckpoint(file);
const pipeline = openPipeline(checkpoint, { startSession, memory: form as MemoryForm });
await pipeline.load('unet');
const loadedAt = performance.now();
const loaded = processMemory();

const width = checkpoint.header.tensors.get(CONTEXT_READER)?.shape[1] ?? 0;
const feeds = { sample: noise([1, 4, LATENT, LATENT]), timestep: noise([1]), context: noise([1, TOKENS, width]) };
const step = () => pipeline.run('unet', feeds, ['out']);

await step();
const ceiling = await createCeiling();
await ceiling.measure();
const steps: number[] = [];
const ceilings: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  ceilings.push(await ceiling.measure(), await ceiling.measure());
  const before = performance.now();
  await step();
  steps.push(performance.now() - before);
}
const running = processMemory();
await ceiling.release();
await pipeline.release();

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const stepMs = median(steps);
console.log(
  JSON.stringify({
    form,
    loadMs: Math.round(loadedAt - startedAt),
    stepMs: Math.round(stepMs),
    stepsMs: steps.map(Math.round),
    ceilingGflops: Math.round(median(ceilings)),
    stepGflops: Math.round(SD15_STEP_GFLOP / (stepMs / 1000)),
    loaded,
    running,
    released: processMemory(),
  }),
);
