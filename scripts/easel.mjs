/**
 * npm run easel -- convert | merge | inspect | verify [--help]
 *
 * Work on model files from the command line; see engine/src/cli/easel.ts.
 */
import { join } from 'node:path';

import { runEngineScript } from './lib/engine-script.mjs';

// npm changes into the project; paths are meant from where the person stands.
const from = process.env.INIT_CWD ?? process.cwd();
const models = process.env.EASEL_MODELS ?? join(import.meta.dirname, '..', 'models');

process.exitCode = runEngineScript('src/cli/easel.ts', [from, models, ...process.argv.slice(2)]);
