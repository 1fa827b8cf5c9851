/**
 * `npm start`: checks Node, installs and builds what has changed, then becomes the server in this same process.
 *
 * Runs before anything is installed, and its first lines must be understood by a Node that is too old: nothing is
 * imported before the version has been looked at. Flags are the server's (`npm start -- --help`).
 */
const OLDEST_NODE = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `Easel needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}: install a current one from nodejs.org and run npm start again.`,
  );
  process.exit(1);
}

const { explain, dim } = await import('./lib/console.mjs');
const { buildIfChanged, installIfChanged, ROOT } = await import('./lib/workspace.mjs');
const path = await import('node:path');
const url = await import('node:url');

try {
  const didInstall = await installIfChanged();
  const didBuild = await buildIfChanged();
  if (didInstall || didBuild) console.log(dim('  Nothing of this is done again until something changes.'));
} catch (error) {
  explain(error);
  process.exit(1);
}

// The server reads its own flags and owns signals and exit code, as if it had been started by itself.
const main = path.join(ROOT, 'server', 'dist', 'main.js');
process.argv[1] = main;
await import(url.pathToFileURL(main).href);
