/**
 * Chooses the prompts of `npm run demo-check`, learns the silhouettes, and measures the rules on true pictures.
 *
 * Its pictures come from scripts/demo-model/check_set.py; what it finds stands in scripts/demo-model/check.json.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isAmbiguous, judge, shapeOf } from './demo-rules.mjs';

const SIDE = 128;
const BYTES = SIDE * SIDE * 3;
const PROMPTS = 500;
/** Prompts of each kind of scene; the rest of the 500 is faces. */
const SHARES = { land: 190, sea: 75, close: 80, still: 85, face: 70 };
const SHAPES_EACH = 4;

const picturesIn = (file) => {
  const bytes = readFileSync(file);
  return (index) => ({ width: SIDE, height: SIDE, rgb: bytes.subarray(index * BYTES, (index + 1) * BYTES) });
};

/** Counts of right answers and of questions by fact, over several pictures. */
export class Tally {
  counts = {};

  add(verdict) {
    for (const [fact, isRight] of verdict) {
      const count = (this.counts[fact] ??= [0, 0]);
      count[0] += isRight ? 1 : 0;
      count[1]++;
    }
  }

  /** @returns {Record<string, [number, number]>} share of right answers and how many there were */
  get shares() {
    return Object.fromEntries(
      Object.entries(this.counts).map(([fact, [right, all]]) => [fact, [Math.round((right / all) * 1000) / 1000, all]]),
    );
  }
}

/** `colour` of an object in a colour it never had in training is a fact of its own. */
export const named = (verdict, isUnseen) =>
  verdict.map(([fact, isRight]) => [
    isUnseen && fact === 'colour and shape' ? 'colour and shape, pair never seen' : fact,
    isRight,
  ]);

function learnShapes(folder) {
  const facts = JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8'));
  const picture = picturesIn(join(folder, 'shapes.bin'));
  const found = {};
  for (const [index, scene] of facts.entries()) {
    const { kind, objects } = scene;
    const key = `${kind}/${objects[0].what}`;
    const shape = shapeOf(picture(index), scene);
    if (shape !== null && (found[key] ?? []).length < SHAPES_EACH * 3) (found[key] ??= []).push(shape);
  }
  // The most usual ones by area: a partly hidden thing teaches nothing.
  return Object.fromEntries(
    Object.entries(found).map(([key, shapes]) => {
      const sorted = shapes.toSorted((a, b) => a.area - b.area);
      const from = Math.max(0, Math.floor((sorted.length - SHAPES_EACH) / 2));
      return [key, sorted.slice(from, from + SHAPES_EACH)];
    }),
  );
}

/** @param {string} folder what check_set.py wrote @param {string} target check.json */
export function calibrate(folder, target) {
  const shapes = learnShapes(folder);
  const candidates = JSON.parse(readFileSync(join(folder, 'candidates.json'), 'utf8'));
  const render = picturesIn(join(folder, 'renders.bin'));
  const blank = picturesIn(join(folder, 'blanks.bin'));
  const left = { ...SHARES };
  const chosen = [];
  for (const [index, facts] of candidates.entries()) {
    if (left[facts.kind] === 0) continue;
    const hasBlank = ['land', 'sea', 'still'].includes(facts.kind);
    const isUnderWater = facts.objects[0]?.what === 'fish' && facts.objects[0].color === 'blue';
    if (isUnderWater || (hasBlank && isAmbiguous(blank(index), facts))) continue;
    left[facts.kind]--;
    chosen.push(index);
  }
  if (chosen.length !== PROMPTS)
    throw new Error(`Only ${chosen.length} prompts are clear enough: ${JSON.stringify(left)} are missing.`);
  writeFileSync(join(folder, 'chosen.json'), JSON.stringify(chosen));
  const tallies = { renders: new Tally(), decoded: new Tally() };
  const decodedFile = join(folder, 'decoded.bin');
  const decoded = existsSync(decodedFile) ? picturesIn(decodedFile) : null;
  for (const [position, index] of chosen.entries()) {
    const facts = candidates[index];
    tallies.renders.add(named(judge(render(index), facts, shapes), facts.unseen));
    if (decoded !== null) tallies.decoded.add(named(judge(decoded(position), facts, shapes), facts.unseen));
  }
  const result = {
    ceilings: { renders: tallies.renders.shares, decoded: tallies.decoded.shares },
    shapes,
    prompts: chosen.map((index) => candidates[index]),
  };
  writeFileSync(target, `${JSON.stringify(result)}\n`);
  return result.ceilings;
}
