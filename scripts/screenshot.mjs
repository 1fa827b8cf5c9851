/**
 * `npm run screenshot`: the picture in the README, made by the program: a server of its own, a few pictures of the demo
 * model, and an installed Chromium that opens the page and looks at it.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';

import { findChromium } from './lib/chromium.mjs';
import { sharp } from './lib/demo-pictures.mjs';
import { Studio } from './lib/studio.mjs';
import { buildIfChanged, installIfChanged, ROOT } from './lib/workspace.mjs';

const TARGET = join(ROOT, 'docs/images/studio.webp');
const PICTURES = 12;

await installIfChanged();
await buildIfChanged();
const executablePath = findChromium();
if (executablePath === null) throw new Error('No Chromium is installed: apt-get install chromium.');

const folder = mkdtempSync(join(tmpdir(), 'easel-screenshot-'));
const studio = new Studio(folder);
await studio.start();
let browser;
try {
  const { models, defaultModel } = await studio.get('/api/v1/models');
  const { examples } = models.find(({ id }) => id === defaultModel);
  for (let index = 0; index < PICTURES; index++) {
    const prompt = examples[index % examples.length];
    const { id } = await studio.post('/api/v1/jobs', { type: 'text-to-image', prompt, seed: 40 + index });
    while ((await studio.get(`/api/v1/jobs/${id}`)).state !== 'done') await sleep(100);
  }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath, args: ['--headless', ...sandbox] });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await page.goto(studio.address);
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByPlaceholder(/./).and(page.locator('textarea')).first().fill(examples.at(-1));
  // The newest picture is of the last example too: the page shows a prompt and what became of it.
  await page.getByRole('gridcell').first().getByRole('button').first().click();
  await sleep(1500);
  mkdirSync(join(ROOT, 'docs/images'), { recursive: true });
  await sharp(await page.screenshot())
    .webp({ quality: 88 })
    .toFile(TARGET);
  console.log('docs/images/studio.webp is made anew');
} finally {
  await browser?.close();
  await studio.stop();
  rmSync(folder, { recursive: true, force: true });
}
