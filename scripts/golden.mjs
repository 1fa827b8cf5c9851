/**
 * npm run golden -- [folder or case ...]
 *
 * Compares the engine with golden data: prints a line per check, exits 1 on a miss. Default: fixtures/golden.
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('test/golden/run.ts', process.argv.slice(2));
