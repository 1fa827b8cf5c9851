/**
 * npm run golden -- [folder or case ...]
 *
 * Compares the engine with golden data: prints a line per check, exits 1 on a miss. Default: fixtures/golden.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

// Only the contracts have to be compiled; the engine itself runs from source. tsc builds what has changed.
const built = run([join(root, 'node_modules/typescript/bin/tsc'), '-b', 'shared']);
process.exitCode =
  built !== 0
    ? built
    : run(['--import', 'tsx', join(root, 'engine/test/golden/run.ts'), ...process.argv.slice(2)]);
