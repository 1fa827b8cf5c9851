/**
 * `npm run soak`: kill -9 of the engine mid-step and of the server mid-job, many times over a running queue, and then
 * a count of what was promised against what is there. Ends with 1 if anything announced was lost. Linux only.
 *
 * usage: npm run soak -- [--times N] [--steps N] [--size PIXELS] [--minutes N]
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { io } from 'socket.io-client';

import { formatDuration } from './lib/console.mjs';
import { Studio } from './lib/studio.mjs';
import { buildIfChanged, installIfChanged, ROOT } from './lib/workspace.mjs';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    steps: { type: 'string', default: '8' },
    size: { type: 'string', default: '64' },
    minutes: { type: 'string', default: '40' },
  },
});
const TIMES = Number(values.times);
const size = Number(values.size);
const deadline = Date.now() + Number(values.minutes) * 60_000;

// A few different requests, so that a picture ending up with the wrong job would show. Two draw noise at each step.
const REQUESTS = ['euler', 'dpmpp-2m', 'euler-ancestral', 'ddim'].map((sampler, index) => ({
  type: 'text-to-image',
  prompt: `a red circle and a blue square, number ${index}`,
  width: size,
  height: size + 64 * (index % 2),
  steps: Number(values.steps),
  sampler,
  seed: 1000 + index,
  count: 1 + (index % 2),
}));

const sharp = createRequire(join(ROOT, 'server/package.json'))('sharp');
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const pick = (limit) => Math.floor(Math.random() * limit);

await installIfChanged();
await buildIfChanged();
const folder = mkdtempSync(join(tmpdir(), 'easel-soak-'));
const studio = new Studio(folder);

/** Everything that was ever promised, by any channel. */
const accepted = new Map();
const announcedImages = new Set();
const announcedDone = new Set();
const losses = [];
/** Job id to the last progress that was heard of it. */
const progress = new Map();

let socket;
function listen() {
  socket?.close();
  socket = io(studio.address, { transports: ['websocket'] });
  socket.on('job:progress', ({ job }) => progress.set(job.id, job.progress));
  socket.on('image:created', ({ image }) => announcedImages.add(image.id));
  socket.on('job:finished', ({ job }) => {
    announcedDone.add(job.id);
    for (const id of job.images) announcedImages.add(id);
  });
}

/** Posts a request and remembers it only once it was accepted. */
async function submit(request) {
  const { id } = await studio.post('/api/v1/jobs', request);
  accepted.set(id, request);
  return id;
}

const readJob = (id) => studio.get(`/api/v1/jobs/${id}`);

async function waitUntil(what, condition, limitMs = 120_000) {
  const until = Math.min(Date.now() + limitMs, deadline);
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`waited too long until ${what}\n${studio.lastLines}`);
    await sleep(20);
  }
}

const hasEnded = async (id) => ['done', 'failed', 'cancelled'].includes((await readJob(id)).state);

/** Bytes of each picture of a request made without a disturbance: what every retry has to come to. */
async function makeReferences() {
  const references = [];
  for (const request of REQUESTS) {
    const id = await submit(request);
    await waitUntil('the undisturbed job ended', () => hasEnded(id));
    const job = await readJob(id);
    if (job.state !== 'done') throw new Error(`the undisturbed job ${job.state}: ${job.error?.message}`);
    references.push(await Promise.all(job.images.map(readPicture)));
  }
  return references;
}

/** Fetches a picture in full, decodes it, and looks for its metadata. @throws when anything of it is missing */
async function readPicture(id) {
  const [view, file, thumbnail] = await Promise.all([
    studio.get(`/api/v1/images/${id}`),
    studio.fetch(`/api/v1/images/${id}/file`),
    studio.fetch(`/api/v1/images/${id}/thumbnail`),
  ]);
  const bytes = Buffer.from(await file.arrayBuffer());
  const pixels = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  if (pixels.info.width !== view.width || pixels.info.height !== view.height)
    throw new Error(`${id} has another size than its record`);
  await sharp(Buffer.from(await thumbnail.arrayBuffer()))
    .raw()
    .toBuffer();
  if (!bytes.includes('parameters\0')) throw new Error(`${id} has no parameters chunk`);
  if (view.parameters.prompt === undefined || view.infotext === '')
    throw new Error(`${id} has no parameters in its record`);
  return { bytes: hash(bytes), pixels: hash(pixels.data), fileName: view.fileName, jobId: view.jobId };
}

async function killEngineOnce(round) {
  const id = await submit(REQUESTS[round % REQUESTS.length]);
  // Another waits behind it: the queue has to go on after the accident.
  const next = await submit(REQUESTS[(round + 1) % REQUESTS.length]);
  await waitUntil('a step was reported', async () => (progress.get(id)?.step ?? 0) >= 1 || (await hasEnded(id)));
  await sleep(pick(60));
  const wasRunning = (await readJob(id)).state === 'running';
  studio.killEngine();
  await waitUntil('the disturbed job and the next ended', async () => (await hasEnded(id)) && (await hasEnded(next)));
  const { state, attempt, error } = await readJob(id);
  if (wasRunning && state !== 'done')
    losses.push(`${id}: one death of the engine left it ${state} (${error?.message})`);
  return wasRunning && attempt === 2;
}

async function killServerOnce(round) {
  const first = await submit(REQUESTS[round % REQUESTS.length]);
  await submit(REQUESTS[(round + 2) % REQUESTS.length]);
  // From before the first step until after the last: anywhere in a job's life, saving included.
  await waitUntil('the job began', async () => (await readJob(first)).state !== 'queued');
  await sleep(pick(lifeMs));
  const states = await Promise.all([...accepted.keys()].slice(-2).map(async (id) => (await readJob(id)).state));
  if (!(await studio.killServer())) losses.push('an engine outlived its server by more than ten seconds');
  await studio.start();
  listen();
  return states.includes('running');
}

/** Compares all promises with what is there now. */
async function takeStock(references) {
  const counts = { done: 0, failed: 0, cancelled: 0, pictures: 0 };
  const listed = new Set();
  for (let cursor = ''; cursor !== null;) {
    const page = await studio.get(
      `/api/v1/images?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { id } of page.images) {
      if (listed.has(id)) losses.push(`${id} stands twice in the index`);
      listed.add(id);
    }
    cursor = page.nextCursor;
  }
  for (const id of announcedImages)
    if (!listed.has(id)) losses.push(`picture ${id} was announced and is not in the index`);

  const owned = new Set();
  for (const [id, request] of accepted) {
    const job = await readJob(id);
    counts[job.state] = (counts[job.state] ?? 0) + 1;
    if (announcedDone.has(id) && job.state !== 'done') losses.push(`${id} was announced done and is ${job.state}`);
    if (job.state === 'failed' && !job.error?.code) losses.push(`${id} failed without a reason`);
    if (job.state === 'failed') console.log(`  ${id} failed: ${job.error?.code} ${job.error?.message}`);
    for (const imageId of job.images) owned.add(imageId);
    if (job.state !== 'done') continue;
    if (job.images.length !== request.count)
      losses.push(`${id} is done with ${job.images.length} of ${request.count} pictures`);
    for (const [index, imageId] of job.images.entries()) {
      if (!listed.has(imageId)) losses.push(`picture ${imageId} of ${id} is not in the index`);
      try {
        const picture = await readPicture(imageId);
        const expected = references[REQUESTS.indexOf(request)][index];
        if (picture.pixels !== expected.pixels)
          losses.push(`picture ${index} of ${id} differs from the undisturbed one`);
        else if (picture.bytes !== expected.bytes)
          losses.push(`picture ${index} of ${id} has the same pixels but other metadata`);
        counts.pictures++;
      } catch (error) {
        losses.push(`picture ${imageId} of ${id}: ${error.message}`);
      }
    }
  }
  for (const id of listed) if (!owned.has(id)) losses.push(`picture ${id} belongs to no job`);
  return { counts, listed };
}

/** Files that no picture in the index owns: half-written ones, or pictures saved twice. */
async function findLeftovers(listed) {
  const names = new Set(
    await Promise.all([...listed].map(async (id) => (await studio.get(`/api/v1/images/${id}`)).fileName)),
  );
  const files = readdirSync(studio.outputs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files)
    if (!names.has(basename(name))) losses.push(`${name} lies in outputs and belongs to no picture`);
  const data = readdirSync(studio.data, { recursive: true }).map(String);
  for (const name of data) if (/\.(tmp|part)\b/.test(name)) losses.push(`${name} is left in data`);
}

async function repeat(label, once) {
  const startedAt = Date.now();
  let hits = 0;
  for (let round = 0; round < TIMES; round++) if (await once(round)) hits++;
  console.log(
    `  ${label}: ${TIMES} times, ${hits} of them in the middle of a job (${formatDuration(Date.now() - startedAt)})`,
  );
}

let lifeMs = 0;
try {
  const { engine } = await studio.start();
  listen();
  console.log(`  a server of its own at ${studio.address}, engine on ${engine.device}`);
  const startedAt = Date.now();
  const references = await makeReferences();
  lifeMs = Math.round((Date.now() - startedAt) / REQUESTS.length);
  console.log(`  undisturbed: ${references.flat().length} pictures, ${lifeMs} ms a job`);

  await repeat('kill -9 of the engine', killEngineOnce);
  await repeat('kill -9 of the server', killServerOnce);

  for (const id of accepted.keys()) await waitUntil(`${id} ended`, () => hasEnded(id));
  const { counts, listed } = await takeStock(references);
  // A fresh start clears up after the last accident; from then on nothing may lie about.
  await studio.stop();
  await studio.start();
  await findLeftovers(listed);
  console.log(
    `  ${accepted.size} jobs accepted: ${counts.done} done, ${counts.failed} failed, ${counts.cancelled} cancelled`,
  );
  console.log(
    `  ${announcedImages.size} pictures announced, ${counts.pictures} present, decoded, with metadata, equal to the undisturbed ones`,
  );
} catch (error) {
  losses.push(error.stack ?? String(error));
} finally {
  socket?.close();
  await studio.stop();
}

for (const loss of losses.slice(0, 40)) console.log(`  LOST ${loss}`);
if (losses.length === 0) rmSync(folder, { recursive: true, force: true });
else console.log(`  what is left lies in ${folder}`);
console.log(losses.length === 0 ? 'nothing lost' : `${losses.length} losses`);
process.exitCode = losses.length === 0 ? 0 : 1;
