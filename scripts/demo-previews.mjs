/**
 * `npm run demo-previews`: the small pictures beside the demo model and its companions, drawn by the studio itself.
 *
 * usage: npm run demo-previews -- [name ...]
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

import { findDemoModel, sharp, withDemoStudio } from './lib/demo-pictures.mjs';
import { ROOT } from './lib/workspace.mjs';

/** By file without ending, what is drawn to show it. */
const PREVIEWS = {
  'checkpoints/easel-demo': { prompt: 'a red house on a green hill under a starry night sky', seed: 1 },
  'loras/easel-demo-riso': {
    prompt: 'a red lighthouse by the sea, sunset, riso print <lora:easel-demo-riso:1>',
    seed: 3,
  },
  'loras/easel-demo-lcm': {
    prompt: 'a yellow boat on the sea at sunset <lora:easel-demo-lcm:1>',
    seed: 2,
    steps: 4,
    guidance: 1,
    sampler: 'lcm',
    schedule: 'sgm-uniform',
  },
  'loras/easel-demo-robot': { prompt: 'a red robot on a green hill <lora:easel-demo-robot:1>', seed: 1 },
  'embeddings/easel-demo-mira': { prompt: 'a portrait of easel-demo-mira, a blue background', seed: 101 },
};

const wanted = process.argv.slice(2);

await withDemoStudio(async (paint, studio) => {
  const model = await findDemoModel(studio);
  for (const [name, request] of Object.entries(PREVIEWS)) {
    const file = join(ROOT, 'models', name);
    if (!existsSync(`${file}.safetensors`) || (wanted.length > 0 && !wanted.includes(basename(name)))) continue;
    const [{ width, height, rgb }] = await paint({ model, upscaler: 'none', ...request });
    const raw = { raw: { width, height, channels: 3 } };
    await sharp(rgb, raw).webp({ quality: 100 }).toFile(`${file}.preview.webp`);
    console.log(`models/${name}.preview.webp`);
  }
});
