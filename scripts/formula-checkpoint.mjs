/**
 * npm run formula-checkpoint -- [xl | manifest file]
 *
 * Writes a full-size checkpoint of formula weights for npm run bench; see engine/bench/formula-checkpoint.ts.
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('bench/formula-checkpoint.ts', process.argv.slice(2));
