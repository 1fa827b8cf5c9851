/**
 * `npm run demo-sheet`: docs/images/demo-model.webp, some prompts and four seeds each, drawn by the studio; nothing is picked out.
 *
 * usage: npm run demo-sheet -- [--companions] [--out FILE] [--seed N] [--settings JSON]
 *
 * --companions: docs/images/demo-companions.webp, what the LoRA and the embedding beside it do. --settings: more of the request,
 * for every picture.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { findDemoModel, sharp, withDemoStudio } from './lib/demo-pictures.mjs';
import { ROOT } from './lib/workspace.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    companions: { type: 'boolean', default: false },
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
/** What companions do, below what the model draws without the LoRA. */
const COMPANION_PROMPTS = ['', ', riso print <lora:easel-demo-riso:1>'].flatMap((companion) =>
  [
    'a red house on a green hill, sunset',
    'a white cat on a blue background',
    'a portrait of easel-demo-mira, a blue background',
  ].map((prompt) => prompt + companion),
);
const prompts = values.companions ? COMPANION_PROMPTS : PROMPTS;
const target = values.out ?? join(ROOT, `docs/images/demo-${values.companions ? 'companions' : 'model'}.webp`);
const SEEDS = 4;
const COLUMNS = 3;
/** Edge of a picture on the sheet. */
const SHOWN = 128;
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
  const wide = SEEDS * (SHOWN + GAP) + 14;
  const tall = SHOWN + CAPTION;
  const pieces = [];
  for (const [index, prompt] of prompts.entries()) {
    const [left, top] = [(index % COLUMNS) * wide, Math.floor(index / COLUMNS) * tall];
    const pictures = await paint({
      model,
      prompt,
      seed: Number(values.seed),
      count: SEEDS,
      ...JSON.parse(values.settings),
    });
    for (const [i, { width, height, rgb }] of pictures.entries()) {
      const shown = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize(SHOWN, SHOWN, { kernel: width < SHOWN ? 'nearest' : 'lanczos3' })
        .png()
        .toBuffer();
      pieces.push({ input: shown, left: left + i * (SHOWN + GAP), top });
    }
    pieces.push({ input: captionOf(prompt, wide - 14), left, top: top + SHOWN });
  }
  const rows = Math.ceil(prompts.length / COLUMNS);
  await sharp({ create: { width: COLUMNS * wide, height: rows * tall, channels: 3, background: 'white' } })
    .composite(pieces)
    .webp({ quality: 88 })
    .toFile(target);
  console.log(`${target}: ${prompts.length} prompts, seeds ${values.seed} to ${Number(values.seed) + SEEDS - 1}`);
});
