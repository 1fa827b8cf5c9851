/**
 * node judge.mjs FOLDER: whether pictures painted into scenes show what their captions say, by the rules of
 * `npm run demo-check`, beside the same rules on the true pictures and on the scenes without their things.
 *
 * The folder is what train_inpaint.py --measure leaves: facts.json (a list), and for each way a file of pictures, 128 x 128,
 * three bytes a pixel, one after another. Scenes whose colours the rules cannot tell from what is behind are left out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Tally } from '../lib/demo-calibrate.mjs';
import { isAmbiguous, judge } from '../lib/demo-rules.mjs';

const SIDE = 128;
const BYTES = SIDE * SIDE * 3;
const [folder] = process.argv.slice(2);
const { shapes } = JSON.parse(readFileSync(join(import.meta.dirname, 'check.json'), 'utf8'));
const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
const picturesOf = (name) => {
  const bytes = readFileSync(join(folder, `${name}.bin`));
  return (index) => ({ width: SIDE, height: SIDE, rgb: bytes.subarray(index * BYTES, (index + 1) * BYTES) });
};
const empty = picturesOf('empty');

for (const name of ['true', 'plain', 'with', 'kept', 'empty']) {
  const picture = picturesOf(name);
  const tally = new Tally();
  for (const [index, each] of facts.entries())
    if (!isAmbiguous(empty(index), each)) tally.add(judge(picture(index), each, shapes));
  console.log(name, JSON.stringify(tally.shares));
}
