/**
 * `npm run demo-check`: does the demo model draw what its prompts say? 500 prompts with all their facts, drawn by the
 * studio, judged by rules on the pixels, beside the shares the same rules give on true pictures.
 *
 * usage: npm run demo-check -- [--count N] [--json FILE] [--settings JSON] [--words TEXT]
 *        --settings: more of every request; --words: behind every prompt, such as a LoRA
 *        npm run demo-check -- --calibrate FOLDER      anew from what scripts/demo-model/check_set.py wrote
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { calibrate, named, Tally } from './lib/demo-calibrate.mjs';
import { findDemoModel, withDemoStudio } from './lib/demo-pictures.mjs';
import { judge } from './lib/demo-rules.mjs';
import { ROOT } from './lib/workspace.mjs';

const CHECK = join(ROOT, 'scripts/demo-model/check.json');
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '500' },
    json: { type: 'string' },
    settings: { type: 'string', default: '{}' },
    words: { type: 'string', default: '' },
    calibrate: { type: 'string' },
  },
});

const percent = (share) => (share === undefined ? '   -' : `${(share[0] * 100).toFixed(0).padStart(3)}%`);

/** @param {Record<string, Record<string, [number, number]>>} columns shares by column, then by fact */
function print(columns) {
  const names = Object.keys(columns);
  console.log(['fact'.padEnd(36), 'n'.padStart(4), ...names.map((name) => name.padStart(12))].join(' '));
  for (const fact of Object.keys(columns[names.at(-1)]).toSorted()) {
    const cells = names.map((name) => percent(columns[name][fact]).padStart(12));
    console.log([fact.padEnd(36), String(columns[names.at(-1)][fact][1]).padStart(4), ...cells].join(' '));
  }
}

async function measure(count) {
  const settings = JSON.parse(values.settings);
  const { prompts, shapes, ceilings } = JSON.parse(readFileSync(CHECK, 'utf8'));
  // Kinds of scenes lie mixed in the list, so its first part is a fair sample.
  const asked = prompts.slice(0, count);
  const drawn = new Tally();
  const chance = new Tally();
  const startedAt = performance.now();
  await withDemoStudio(async (paint, studio) => {
    const model = await findDemoModel(studio);
    for (const [index, facts] of asked.entries()) {
      const prompt = facts.prompt + values.words;
      const [picture] = await paint({ model, prompt, seed: facts.seed, count: 1, upscaler: 'none', ...settings });
      drawn.add(named(judge(picture, facts, shapes), facts.unseen));
      const other = asked.slice(index + 1).find(({ kind }) => kind === facts.kind);
      if (other !== undefined) chance.add(named(judge(picture, other, shapes), other.unseen));
      if ((index + 1) % 50 === 0)
        console.log(`${index + 1} of ${asked.length}, ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  });
  const columns = {
    'true picture': ceilings.renders,
    'through VAE': ceilings.decoded,
    'by chance': chance.shares,
    drawn: drawn.shares,
  };
  print(columns);
  console.log(
    "\ntrue picture, through VAE: the rules on the renderer's own pictures, all 500, before and after the autoencoder.",
  );
  console.log('by chance: the drawn pictures held against the next prompt of the same kind of scene.');
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ count: asked.length, columns }, null, 1)}\n`);
}

if (values.calibrate === undefined) await measure(Number(values.count));
else {
  const { renders, decoded } = calibrate(values.calibrate, CHECK);
  print({ 'through VAE': decoded, 'true picture': renders });
}
