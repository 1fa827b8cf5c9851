/**
 * Pictures of the demo model by a studio of its own: posts requests, waits, and gives back the pixels.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Studio } from './studio.mjs';
import { buildIfChanged, installIfChanged, ROOT } from './workspace.mjs';

export const sharp = createRequire(join(ROOT, 'server/package.json'))('sharp');

const fail = (job) =>
  new Error(`The studio ${job.state} "${job.request?.prompt ?? ''}": ${job.error?.message ?? 'no reason given'}`);

/**
 * Builds what changed, starts a studio in a temporary folder, and hands `work` a function from a request to pictures.
 *
 * @param {(paint: (request: object) => Promise<{ width: number, height: number, rgb: Uint8Array }[]>, studio: Studio) => Promise<void>} work
 */
export async function withDemoStudio(work) {
  await installIfChanged();
  await buildIfChanged();
  const folder = mkdtempSync(join(tmpdir(), 'easel-demo-'));
  const studio = new Studio(folder);
  await studio.start();
  try {
    await work(async (request) => paint(studio, request), studio);
  } finally {
    await studio.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function paint(studio, request) {
  const { id } = await studio.post('/api/v1/jobs', { type: 'text-to-image', ...request });
  for (;;) {
    const job = await studio.get(`/api/v1/jobs/${id}`);
    if (job.state === 'failed' || job.state === 'cancelled') throw fail(job);
    if (job.state === 'done') return Promise.all(job.images.map((image) => readPixels(studio, image)));
    await sleep(60);
  }
}

async function readPixels(studio, image) {
  const response = await fetch(`${studio.address}/api/v1/images/${image}/file`);
  if (!response.ok) throw new Error(`The studio gave no picture ${image}: ${response.status}.`);
  const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** The id of the model that came with Easel, whatever else lies beside it. */
export async function findDemoModel(studio) {
  const { models } = await studio.get('/api/v1/models');
  const demo = models.find(({ id }) => id.includes('easel-demo'));
  if (demo === undefined)
    throw new Error(
      'models/checkpoints/easel-demo.safetensors is not there; models/README.md says how to get it back.',
    );
  return demo.id;
}
