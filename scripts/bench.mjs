/**
 * npm run bench -- [checkpoint]
 *
 * Measures the engine on this machine; see engine/bench/bench.ts.
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('bench/bench.ts', process.argv.slice(2));
