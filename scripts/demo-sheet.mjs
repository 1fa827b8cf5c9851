/**
 * `npm run demo-sheet`: docs/images/demo-model.webp, some prompts and four seeds each, drawn by the studio; nothing is picked out.
 *
 * usage: npm run demo-sheet -- [--of model|companions|upscaler] [--out FILE] [--seed N] [--settings JSON]
 *
 * --of companions: what the LoRAs and the embedding beside the model do; upscaler: its pictures enlarged. Each is a file of its
 * own in docs/images. --settings: more of the request, for every picture.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { findDemoModel, sharp, withDemoStudio } from './lib/demo-pictures.mjs';
import { ROOT } from './lib/workspace.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    of: { type: 'string', default: 'model' },
    seed: { type: 'string', default: '1' },
    settings: { type: 'string', default: '{}' },
  },
});

const PROMPTS = [
  'a red house on a green hill under a starry night sky',
  'a yellow boat on the sea at sunset',
  'an orange cat on a blue background',
  'a red lighthouse by the sea during the day, with clouds',
  'three red apples on a table, a green wall',
  'a portrait of a smiling person with long blonde hair, a blue shirt, a pink background',
  'a pink castle on a green hill with a rainbow, daytime',
  'a blue car on the left and a pine tree on the right in the snow',
  'a purple owl in front of a yellow background',
  'watercolor of a red house on a green hill during the day',
  'a white rabbit wearing a red hat on a green background',
  'an orange fish under water',
];
/** Without guidance, as the LoRA of few steps has it. */
const FEW = { steps: 4, guidance: 1, sampler: 'lcm', schedule: 'sgm-uniform' };
const STYLED = [
  'a red house on a green hill, sunset',
  'a white cat on a blue background',
  'a portrait of easel-demo-mira, a blue background',
];
const ROBOT = 'a red robot on a yellow background';
const BOAT = 'a yellow boat on the sea during the day, rain';
/** What companions do, each row below or beside what it is compared to. */
const COMPANIONS = [
  ...STYLED.map((prompt) => ({ prompt })),
  ...STYLED.map((prompt) => ({ prompt: `${prompt}, riso print <lora:easel-demo-riso:1>` })),
  { prompt: ROBOT },
  { prompt: `${ROBOT} <lora:easel-demo-robot:1>` },
  { prompt: 'a blue robot on a green hill during the day <lora:easel-demo-robot:1>' },
  { prompt: BOAT, note: '20 steps' },
  { prompt: BOAT, note: '4 steps, LCM', settings: FEW },
  { prompt: `${BOAT} <lora:easel-demo-lcm:1>`, note: '4 steps, LCM', settings: FEW },
];
const UPSCALED = [
  'an orange cat on a blue background',
  'a red lighthouse by the sea during the day, with clouds',
  'a portrait of a smiling person with long blonde hair, a blue shirt, a pink background',
  'a purple owl in front of a yellow background',
];
/** @type {Record<string, { entries: { prompt: string, note?: string, settings?: object }[], seeds: number, columns: number, shown: number }>} shown: edge of a picture on the sheet */
const SHEETS = {
  model: { entries: PROMPTS.map((prompt) => ({ prompt })), seeds: 4, columns: 3, shown: 128 },
  companions: { entries: COMPANIONS, seeds: 4, columns: 3, shown: 128 },
  upscaler: {
    entries: [
      ...UPSCALED.map((prompt) => ({ prompt, note: 'Lanczos' })),
      ...UPSCALED.map((prompt) => ({ prompt, note: 'easel-demo-4x', settings: { upscaler: 'easel-demo-4x' } })),
    ],
    seeds: 1,
    columns: 4,
    shown: 320,
  },
};
const sheet = SHEETS[values.of];
if (sheet === undefined) throw new Error(`There is no sheet "${values.of}", but ${Object.keys(SHEETS).join(', ')}.`);
const { entries, seeds, columns, shown: edge } = sheet;
const target = values.out ?? join(ROOT, `docs/images/demo-${values.of}.webp`);
const GAP = 2;
const CAPTION = 28;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A row of pictures with their prompt below, in two lines where it is long. */
function captionOf(prompt, width) {
  const words = prompt.split(' ');
  const most = Math.floor(width / 6.2);
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1).length + word.length + 1 > most) lines.push('');
    lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  const texts = lines.map((line, i) => `<text x="2" y="${12 + 12 * i}">${escaped(line)}</text>`).join('');
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${CAPTION}" font-family="Inter, DejaVu Sans, sans-serif" font-size="11" fill="#333">${texts}</svg>`,
  );
}

await withDemoStudio(async (paint, studio) => {
  const model = await findDemoModel(studio);
  const wide = seeds * (edge + GAP) + 14;
  const tall = edge + CAPTION;
  const pieces = [];
  for (const [index, { prompt, note, settings }] of entries.entries()) {
    const [left, top] = [(index % columns) * wide, Math.floor(index / columns) * tall];
    const pictures = await paint({
      model,
      prompt,
      seed: Number(values.seed),
      count: seeds,
      upscaler: 'none',
      ...settings,
      ...JSON.parse(values.settings),
    });
    for (const [i, { width, height, rgb }] of pictures.entries()) {
      const shown = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize(edge, edge, { kernel: 'lanczos3' })
        .png()
        .toBuffer();
      pieces.push({ input: shown, left: left + i * (edge + GAP), top });
    }
    const caption = note === undefined ? prompt : `${prompt} (${note})`;
    pieces.push({ input: captionOf(caption, wide - 14), left, top: top + edge });
  }
  const rows = Math.ceil(entries.length / columns);
  await sharp({ create: { width: columns * wide, height: rows * tall, channels: 3, background: 'white' } })
    .composite(pieces)
    .webp({ quality: 88 })
    .toFile(target);
  console.log(`${target}: ${entries.length} prompts, seeds ${values.seed} to ${Number(values.seed) + seeds - 1}`);
});
