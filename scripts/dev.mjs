/**
 * `npm run dev`: the page from Vite with hot reload, the server from source, the engine compiled as it is edited; both
 * restart when a file of theirs changes.
 *
 * The server gets the flags after `--`. The page is at Vite's address; Vite hands API and socket calls to the server.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { dim, explain, phase, red, runTool } from './lib/console.mjs';
import { installIfChanged, ROOT, TSC, VITE } from './lib/workspace.mjs';

const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
const flags = process.argv.slice(2);

/** The server's port, as its own flags and environment say it, so that the page finds it. */
function serverAddress() {
  const index = flags.findLastIndex((flag) => flag === '--port' || flag.startsWith('--port='));
  const flag = flags[index]?.split('=')[1] ?? flags[index + 1];
  const port = index >= 0 ? flag : (process.env.EASEL_PORT ?? '7860');
  return `http://127.0.0.1:${port}`;
}

const children = new Map();
let isStopping = false;

function stop(code) {
  if (isStopping) return;
  isStopping = true;
  process.exitCode = code;
  for (const child of children.values()) child.kill('SIGTERM');
}

function startChild(name, args, options) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
  children.set(name, child);
  child.once('exit', (code, signal) => {
    children.delete(name);
    if (isStopping) return;
    console.error(red(`${name} ended with ${code ?? signal}, so the rest is stopped too.`));
    stop(code ?? 1);
  });
}

try {
  await installIfChanged();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));
  console.log(dim('  Server and engine restart when their source changes; the page reloads by itself.'));
  // The engine is forked as a program of its own, so it runs compiled. Its errors are for the watcher to show.
  const engine = ['-b', 'engine/tsconfig.build.json'];
  await phase('Compiled the engine', () => runTool(null, [TSC, ...engine], { cwd: ROOT }));
  startChild('The compiler', [TSC, ...engine, '--watch', '--preserveWatchOutput'], { cwd: ROOT });
  // The condition `source` makes the server take the contracts from shared/src.
  const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --conditions=source`.trim() };
  const watched = ['--include', 'engine/dist/**/*.js'];
  startChild('The server', [TSX, 'watch', '--clear-screen=false', ...watched, 'server/src/main.ts', ...flags], {
    cwd: ROOT,
    env,
  });
  startChild('Vite', [VITE], { cwd: join(ROOT, 'web'), env: { ...process.env, EASEL_URL: serverAddress() } });
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
