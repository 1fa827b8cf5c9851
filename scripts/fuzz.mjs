/**
 * npm run fuzz -- [--count 100000] [--seed 1] [--from 0]
 *
 * Opens damaged model files and checks that each is opened or refused soon, in little memory and without touching
 * another file. A fault names its file's number: run `--from NUMBER --count 1` with the same seed to see it again.
 */
import { runEngineScript } from './lib/engine-script.mjs';

process.exitCode = runEngineScript('test/files/fuzz-run.ts', process.argv.slice(2));
