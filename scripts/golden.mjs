/**
 * npm run golden -- [folder or case ...] [--report FILE]
 *
 * Compares the engine with golden data: prints a line per check, exits 1 on a miss. Default: fixtures/golden. `--report`
 * writes what was found as a table (docs/fidelity.md).
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('test/golden/run.ts', process.argv.slice(2));
