/**
 * npm run bench -- [--peer PYTHON] [--rounds N] [--parts text,unet,vae] [--form fast|low] [checkpoint ...]
 *
 * Measures the engine on this machine, and beside torch where PYTHON has diffusers; see engine/bench/bench.ts.
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('bench/bench.ts', process.argv.slice(2));
