/**
 * Installing and building, for every script that needs it and for the Dockerfile: only what has changed, one table.
 *
 * Only Node built-ins. The package manager is fetched by npx and pinned here, because no field in package.json can pin
 * it everywhere (docs/decisions/2026-11-23-pnpm-through-npx.md).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { phase, runTool, ToolError } from './console.mjs';
import { hashSources, readStamp, writeStamp } from './stamps.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
const PNPM = 'pnpm@12.21.0';
export const INSTALL_ARGS = ['-y', PNPM, 'install', '--frozen-lockfile'];
export const PACKAGES = ['shared', 'engine', 'server', 'web'];

const tool = (path) => join(ROOT, 'node_modules', path);
export const TSC = tool('typescript/bin/tsc');
export const VITE = join(ROOT, 'web/node_modules/vite/bin/vite.js');

/** What a build consists of. `output` must exist for a stamp to count. */
export const BUILD_STEPS = [
  {
    name: 'server',
    label: 'Built engine and server',
    inputs: [
      'tsconfig.base.json',
      ...['shared', 'engine', 'server'].flatMap((name) => [
        `${name}/src`,
        `${name}/package.json`,
        `${name}/tsconfig.build.json`,
      ]),
    ],
    output: 'server/dist/main.js',
    args: [TSC, '-b', 'engine/tsconfig.build.json', 'server/tsconfig.build.json'],
    cwd: ROOT,
  },
  {
    name: 'web',
    label: 'Built the page',
    inputs: ['shared/src', 'web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'web/package.json'],
    output: 'web/dist/index.html',
    args: [VITE, 'build', '--logLevel', 'warn'],
    cwd: join(ROOT, 'web'),
  },
];

const readText = (path) => readFileSync(join(ROOT, path), 'utf8');

/** Changes when other packages have to be installed: the lockfile, what is asked for, and the platform. */
function installStamp() {
  const asked = ['.', ...PACKAGES].map((folder) => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readText(`${folder}/package.json`));
    return { dependencies, devDependencies, optionalDependencies };
  });
  return createHash('sha256')
    .update(
      [
        PNPM,
        process.platform,
        process.arch,
        JSON.stringify(asked),
        readText('pnpm-lock.yaml'),
        readText('pnpm-workspace.yaml'),
      ].join('\n'),
    )
    .digest('hex');
}

/** npm says where it lives, so npx can be run without a shell; elsewhere it is found on the path. */
function npxCommand() {
  const npm = process.env.npm_execpath;
  const beside = npm === undefined ? undefined : join(dirname(npm), 'npx-cli.js');
  if (beside !== undefined && existsSync(beside)) return { command: null, first: [beside], shell: false };
  // A .cmd file only starts through a shell.
  return process.platform === 'win32'
    ? { command: 'npx.cmd', first: [], shell: true }
    : { command: 'npx', first: [], shell: false };
}

/** Installs from the frozen lockfile if anything about it has changed. Says whether it did. */
export async function installIfChanged() {
  const stamp = installStamp();
  if (readStamp(ROOT, 'install') === stamp && existsSync(join(ROOT, 'node_modules/.modules.yaml'))) return false;
  await phase('Installed packages', async () => {
    const { command, first, shell } = npxCommand();
    // CI=true: ask nothing, there may be nobody to answer.
    const result = await runTool(command, [...first, ...INSTALL_ARGS], { cwd: ROOT, env: { CI: 'true' }, shell });
    if (result.code !== 0) {
      throw new ToolError(
        `The packages could not be installed (${INSTALL_ARGS.slice(1).join(' ')} ended with ${result.code ?? result.signal}).`,
        result.output,
        'The first start, and the first after an update, needs the package registry: connect to the network and try again.',
      );
    }
  });
  writeStamp(ROOT, 'install', stamp);
  return true;
}

async function runBuildStep(step) {
  const stamp = hashSources(ROOT, step.inputs, `${process.platform} ${readStamp(ROOT, 'install')}`);
  if (readStamp(ROOT, `build-${step.name}`) === stamp && existsSync(join(ROOT, step.output))) return false;
  await phase(step.label, async () => {
    const result = await runTool(null, step.args, { cwd: step.cwd });
    if (result.code !== 0) {
      throw new ToolError(
        `${step.label.replace('Built', 'Could not build')} (ended with ${result.code ?? result.signal}).`,
        result.output,
        'If you changed the source, mend what is named above; if not, run `git status` to see what differs.',
      );
    }
  });
  writeStamp(ROOT, `build-${step.name}`, stamp);
  return true;
}

/** Builds what has changed since the last time, in order. Says whether anything was built. */
export async function buildIfChanged() {
  let didBuild = false;
  for (const step of BUILD_STEPS) didBuild = (await runBuildStep(step)) || didBuild;
  return didBuild;
}
