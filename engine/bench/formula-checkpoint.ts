/**
 * npm run formula-checkpoint -- [xl | manifest file]
 *
 * Writes a full-size checkpoint (SD 1.5, SDXL, or any manifest) of formula weights: nothing to look at, but of the real names, shapes and size,
 * so that speed and memory can be measured with no download.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { readManifest, writeFormulaCheckpoint } from '../test/support/formula-weights.ts';
import { FORMULA_CHECKPOINT, SD15_MANIFEST, XL_FORMULA_CHECKPOINT, XL_MANIFEST } from './paths.ts';

const [first, second] = process.argv.slice(2);
const [manifest, file] =
  first === 'xl' ? [XL_MANIFEST, XL_FORMULA_CHECKPOINT] : [first ?? SD15_MANIFEST, second ?? FORMULA_CHECKPOINT];
const startedAt = performance.now();
mkdirSync(dirname(file), { recursive: true });
const bytes = writeFormulaCheckpoint(readManifest(manifest), file);
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${file}: ${(bytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s`);
