/**
 * Stands in for the engine: a real process that speaks shared/src/engine.ts and draws a gradient from the seed.
 *
 * Plain JavaScript, so that it is forked without a build. What it does wrong is asked for in the prompt, between square
 * brackets: [die@3] at step 3, [die-once@3] only the first time, [hang@3], [fail@3], [slow=50] ms a step,
 * [die-image@1] after the picture with index 1. Models are small text files: `bad` is refused, `die` kills it, `slow 500`
 * takes so many ms while a job runs, anything else is a checkpoint whose native size is 64. A LoRA or an embedding may be
 * JSON: what differs from a LoRA of the checkpoints' base.
 */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const PROTOCOL = Number(process.env.FAKE_ENGINE_PROTOCOL ?? 1);
/** Folder for what has to outlive this process. */
/** What every checkpoint is said to take. */
const FOOTPRINT = JSON.parse(process.env.FAKE_ENGINE_FOOTPRINT ?? 'null');
const NOTES = process.env.FAKE_ENGINE_NOTES ?? null;

const send = (message) => process.connected && process.send(message);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const descriptor = (id, label, aliases = []) => ({ id, label, aliases, summary: `${label}.` });

const catalogue = {
  samplers: [
    {
      ...descriptor('euler', 'Euler', ['k_euler']),
      defaultSchedule: 'uniform',
      evaluationsPerStep: 1,
      isStochastic: false,
      options: ['sChurn', 'sTmin', 'sTmax', 'ensd'],
    },
    {
      ...descriptor('euler-ancestral', 'Euler a', ['k_euler_a']),
      defaultSchedule: 'uniform',
      evaluationsPerStep: 1,
      isStochastic: true,
    },
    {
      ...descriptor('dpmpp-2m', 'DPM++ 2M', ['k_dpmpp_2m']),
      defaultSchedule: 'karras',
      evaluationsPerStep: 1,
      isStochastic: false,
    },
  ],
  schedules: [
    descriptor('uniform', 'Uniform'),
    descriptor('karras', 'Karras'),
    descriptor('exponential', 'Exponential'),
  ],
  families: [
    {
      ...descriptor('stable-diffusion-1', 'Stable Diffusion 1'),
      nativeSize: 64,
      textEncoders: [
        { label: 'CLIP-L', padding: 49407, dialect: 'clip' },
        { label: 'OpenCLIP', padding: 0, dialect: 'open-clip' },
      ],
    },
    { ...descriptor('none-such', 'None such'), nativeSize: 64 },
  ],
  rngs: [descriptor('nv', 'NV'), descriptor('cpu', 'CPU')],
  options: [
    ...[
      'variationStrength',
      'variationSeed',
      'tiling',
      'sChurn',
      'sTmin',
      'sTmax',
      'ensd',
      'refiner',
      'refinerSwitchAt',
      'prediction',
      'noiseSchedule',
    ].map((id) => ({
      ...descriptor(id, id),
      group: 'seed',
      kind: 'number',
      neutral: null,
      readBy: 'any',
      isCommon: false,
    })),
    {
      id: 'vae',
      label: 'VAE',
      summary: 'Decodes.',
      group: 'picture',
      readBy: 'any',
      kind: 'model',
      neutral: null,
      isCommon: false,
    },
    {
      id: 'upscaler',
      label: 'Upscaler',
      summary: 'Enlarges.',
      group: 'picture',
      readBy: 'any',
      kind: 'model',
      neutral: null,
      isCommon: true,
    },
  ],
};

const inspectionOf = async (file, overrides = {}) => {
  // Of a folder the file that makes it one model.
  const source = statSync(file).isDirectory() ? join(file, 'model_index.json') : file;
  const text = readFileSync(source, 'utf8').slice(0, 100);
  if (text.startsWith('bad')) throw Object.assign(new Error(`${file}: not a checkpoint.`), { code: 'model_invalid' });
  if (overrides.family === 'none-such')
    throw Object.assign(new Error(`${file}: lacks a tensor.`), { code: 'model_incomplete' });
  if (text.startsWith('die')) process.kill(process.pid, 'SIGKILL');
  if (text.startsWith('slow') && isBusy) await sleep(Number(text.slice(4)));
  return {
    family: 'stable-diffusion-1',
    familyLabel: 'Stable Diffusion 1',
    evidence: 'The fake engine takes everything.',
    title: text.startsWith('title:') ? text.slice(6).trim() : null,
    defaults: {
      width: 64,
      height: 64,
      steps: 4,
      guidance: 4,
      sampler: 'euler',
      schedule: 'uniform',
      clipSkip: 1,
      rng: 'nv',
      ...(text.startsWith('upscaled:') ? { upscaler: text.slice(9).trim() } : {}),
    },
    examples: ['a red house'],
    weightBytes: text.length,
    conditioning: { context: 768, text: [768] },
    ...(FOOTPRINT === null ? {} : { footprint: FOOTPRINT }),
    detection: {
      family: { value: 'stable-diffusion-1', evidence: 'the fake engine takes everything' },
      prediction: { value: 'epsilon', evidence: 'nothing in the file says otherwise' },
      zeroTerminalSnr: { value: false, evidence: 'nothing in the file says otherwise' },
    },
  };
};

const networkOf = (file, kind) => {
  // A test may have a file of gigabytes that holds nothing.
  const text = statSync(file).size > 1e6 ? '' : readFileSync(file, 'utf8');
  if (text.startsWith('bad')) throw Object.assign(new Error(`${file}: not a LoRA.`), { code: 'model_invalid' });
  if (text.startsWith('die')) process.kill(process.pid, 'SIGKILL');
  const plain = {
    kind: kind === 'lora' ? 'lora' : 'textual-inversion',
    base: 'sd1',
    ranks: kind === 'lora' ? { least: 4, most: 8 } : null,
    parts: kind === 'lora' ? ['unet'] : [],
    vectors: kind === 'lora' ? null : 2,
    contextWidth: kind === 'lora' ? 768 : null,
    textWidths: kind === 'lora' ? [] : [768],
    evidence: 'the fake engine takes everything',
    triggerWords: [],
    statedHash: null,
    sampling: null,
  };
  return { ...plain, ...(text.startsWith('{') ? JSON.parse(text) : {}) };
};

const draw = (seed, width, height) => {
  const rgb = new Uint8Array(width * height * 3);
  for (let index = 0; index < width * height; index += 1) {
    const x = index % width;
    const y = Math.floor(index / width);
    rgb.set([(x * 4 + seed) & 255, (y * 4 + seed * 7) & 255, (x * y + seed * 13) & 255], index * 3);
  }
  return rgb;
};

const optionOf = (prompt, name) => {
  const found = new RegExp(`\\[${name}[@=](\\d+)\\]`).exec(prompt);
  return found === null ? null : Number(found[1]);
};

const isFirstTime = (what) => {
  const note = join(NOTES ?? '/tmp', `fake-engine-${what}`);
  if (existsSync(note)) return false;
  writeFileSync(note, '');
  return true;
};

let cancelled = null;
let isBusy = false;

const run = async (job) => {
  const { parameters, jobId, memory } = job;
  const { prompt, steps, width, height } = parameters;
  cancelled = null;
  const previews =
    job.previewDecoder === undefined ? '' : ` previews: ${job.previewDecoder.files.map((file) => basename(file))}`;
  const vae = job.vae === undefined ? '' : ` vae ${basename(job.vae.file)}`;
  if (NOTES !== null)
    appendFileSync(
      join(NOTES, 'runs.txt'),
      `${jobId} ${prompt} [${job.imageIndexes}] ${JSON.stringify(job.overrides ?? {})}${previews}${vae}\n`,
    );
  send({ type: 'quiet', budgetMs: 1000, activity: 'sampling' });
  send({ type: 'started', jobId });
  send({ type: 'progress', jobId, imageIndex: job.imageIndexes[0] ?? 0, step: 0, steps, activity: 'loading' });
  const slow = optionOf(prompt, 'slow') ?? 1;
  for (const imageIndex of job.imageIndexes) {
    for (let step = 1; step <= steps; step += 1) {
      await sleep(slow);
      if (cancelled === jobId) {
        send({ type: 'cancelled', jobId });
        send({ type: 'quiet', budgetMs: 0, activity: 'idle' });
        return;
      }
      if (optionOf(prompt, 'die') === step) process.kill(process.pid, 'SIGKILL');
      if (optionOf(prompt, 'die-once') === step && isFirstTime(jobId)) process.kill(process.pid, 'SIGKILL');
      if (optionOf(prompt, 'hang') === step && isFirstTime(jobId)) process.kill(process.pid, 'SIGSTOP');
      if (optionOf(prompt, 'fail') === step) {
        send({
          type: 'failed',
          jobId,
          error: { code: 'not_finite', message: `step ${step}: the latent is not finite.` },
        });
        send({ type: 'quiet', budgetMs: 0, activity: 'idle' });
        return;
      }
      send({ type: 'progress', jobId, imageIndex, step, steps, activity: 'sampling' });
      if (job.previews) {
        const cells = { width: width / 8, height: height / 8 };
        send({ type: 'preview', jobId, imageIndex, step, ...cells, rgb: draw(step, cells.width, cells.height) });
      }
    }
    send({ type: 'progress', jobId, imageIndex, step: steps, steps, activity: 'decoding' });
    const seed = parameters.seed + imageIndex;
    const notes = memory === undefined ? {} : { notes: memory.fallbacks };
    send({ type: 'image', jobId, imageIndex, seed, width, height, rgb: draw(seed, width, height), ...notes });
    if (optionOf(prompt, 'die-image') === imageIndex && isFirstTime(jobId)) {
      // Not before the picture has left this process.
      await sleep(50);
      process.kill(process.pid, 'SIGKILL');
    }
  }
  send({ type: 'measured', jobId, measured: { stages: { denoise: { ms: 100, runs: 8 } }, peakBytes: null } });
  send({ type: 'finished', jobId, durationMs: 1 });
  send({ type: 'quiet', budgetMs: 0, activity: 'idle' });
};

/** Work on models: the target becomes a small text file. What goes wrong is asked for by the output's name. */
const work = async ({ jobId, parameters, target }) => {
  cancelled = null;
  const { output } = parameters;
  if (NOTES !== null) appendFileSync(join(NOTES, 'runs.txt'), `${jobId} ${parameters.type} ${output}\n`);
  send({ type: 'quiet', budgetMs: 1000, activity: 'writing' });
  send({ type: 'started', jobId });
  const ended = () => send({ type: 'quiet', budgetMs: 0, activity: 'idle' });
  for (let doneBytes = 0; doneBytes <= 4; doneBytes += 1) {
    send({ type: 'model-progress', jobId, progress: { doneBytes, totalBytes: 4, activity: 'writing' } });
    await sleep(optionOf(output, 'slow') ?? 1);
    if (cancelled === jobId) {
      send({ type: 'cancelled', jobId });
      return ended();
    }
    if (optionOf(output, 'die') === doneBytes && isFirstTime(jobId)) process.kill(process.pid, 'SIGKILL');
    if (optionOf(output, 'fail') === doneBytes) {
      send({ type: 'failed', jobId, error: { code: 'models_differ', message: 'They differ.' } });
      return ended();
    }
  }
  writeFileSync(target, 'made');
  const file = target.slice(target.lastIndexOf('/') + 1);
  send({ type: 'model-made', jobId, result: { file, sizeBytes: 4, tensors: 1, notes: ['One tensor was left out.'] } });
  send({ type: 'finished', jobId, durationMs: 1 });
  ended();
};

process.on('message', async (message) => {
  if (message.type === 'run') {
    isBusy = true;
    await run(message.job);
    isBusy = false;
  } else if (message.type === 'work') {
    isBusy = true;
    await work(message.job);
    isBusy = false;
  } else if (message.type === 'cancel') cancelled = message.jobId;
  else if (message.type === 'shutdown') process.disconnect();
  else if (message.type === 'inspect') {
    const { requestId, file, overrides } = message;
    if (NOTES !== null)
      appendFileSync(join(NOTES, 'inspections.txt'), `${basename(file)} ${JSON.stringify(overrides ?? {})}\n`);
    try {
      send({ type: 'inspected', requestId, inspection: await inspectionOf(file, overrides), error: null });
    } catch (thrown) {
      send({
        type: 'inspected',
        requestId,
        inspection: null,
        error: { code: thrown.code ?? 'internal', message: thrown.message },
      });
    }
  }
});
process.on('message', (message) => {
  if (message.type !== 'inspect-network') return;
  const { requestId, file, kind } = message;
  try {
    send({ type: 'network-inspected', requestId, network: networkOf(file, kind), error: null });
  } catch (thrown) {
    const error = { code: thrown.code ?? 'internal', message: thrown.message };
    send({ type: 'network-inspected', requestId, network: null, error });
  }
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});

if (process.env.FAKE_ENGINE_DIES_AT_START === '1') {
  console.error('the fake engine does not want to start');
  process.exit(3);
}
await sleep(Number(process.env.FAKE_ENGINE_START_MS ?? 0));
send({ type: 'ready', protocol: PROTOCOL, device: 'cpu', deviceReason: 'The fake engine has no other.', catalogue });
