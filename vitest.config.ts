/**
 * How the tests run: one project for each kind of test (house style B8), chosen by where the file lies.
 *
 * Contracts are taken from shared/src through the export condition `source`, so no build is needed before a test.
 * Not here: types, lint and the order of the whole run, which are scripts/test.mjs.
 */
import { defineConfig } from 'vitest/config';

// The resolver's own conditions have to be repeated once any are named.
const conditions = ['source', 'module', 'node', 'development|production'];
const browserConditions = ['source', 'module', 'browser', 'development|production'];
const ignored = ['**/node_modules/**', '**/dist/**', '**/dist-types/**'];

// From Node 25 on there is a localStorage that keeps nothing without a file, and it hides the one of the simulated page.
const execArgv = process.allowedNodeEnvironmentFlags.has('--experimental-webstorage')
  ? ['--no-experimental-webstorage']
  : [];

const node = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'module-sync'] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...node,
        test: {
          name: 'unit',
          include: ['{shared,engine,server}/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
          exclude: ignored,
          environment: 'node',
        },
      },
      {
        resolve: { conditions: browserConditions },
        ssr: { resolve: { conditions: browserConditions } },
        oxc: { jsx: { runtime: 'automatic' } },
        test: {
          name: 'component',
          include: ['web/src/**/*.test.{ts,tsx}'],
          exclude: ignored,
          environment: 'happy-dom',
          execArgv,
        },
      },
      {
        ...node,
        test: {
          name: 'golden',
          include: ['engine/test/golden/**/*.test.ts'],
          exclude: ignored,
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...node,
        test: {
          name: 'header',
          include: ['engine/test/{headers,files}/**/*.test.ts'],
          exclude: ignored,
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        // Real processes: one file at a time, so that they do not fight over two cores and time out.
        ...node,
        test: {
          name: 'process',
          include: ['engine/test/process/**/*.test.ts', 'server/test/**/*.test.ts'],
          exclude: ignored,
          environment: 'node',
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // A real server and a real Chromium: one file at a time.
        ...node,
        test: {
          name: 'browser',
          include: ['web/test/**/*.test.ts'],
          exclude: ignored,
          environment: 'node',
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
