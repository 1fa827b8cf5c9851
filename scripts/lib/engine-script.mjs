/** Runs a TypeScript file of the engine from source: builds the contracts it imports, then starts it with tsx. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

/**
 * @param {string} file below engine/
 * @param {readonly string[]} args
 * @returns {number} exit code
 */
export function runEngineScript(file, args) {
  // tsc builds only what has changed.
  const built = run([join(root, 'node_modules/typescript/bin/tsc'), '-b', 'shared']);
  return built === 0 ? run(['--import', 'tsx', join(root, 'engine', file), ...args]) : built;
}
