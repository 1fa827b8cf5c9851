/**
 * npm run formula-checkpoint -- [manifest] [file]
 *
 * Writes a full-size SD 1.5 checkpoint of formula weights: nothing to look at, but of the real names, shapes and size,
 * so that speed and memory can be measured with no download.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { readManifest, writeFormulaCheckpoint } from '../test/support/formula-weights.ts';
import { FORMULA_CHECKPOINT, SD15_MANIFEST } from './paths.ts';

const [manifest = SD15_MANIFEST, file = FORMULA_CHECKPOINT] = process.argv.slice(2);
const startedAt = performance.now();
mkdirSync(dirname(file), { recursive: true });
const bytes = writeFormulaCheckpoint(readManifest(manifest), file);
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${file}: ${(bytes / 1e9).toFixed(2)} GB in ${seconds.toFixed(1)} s`);
