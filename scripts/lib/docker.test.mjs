/** The image is built by the same steps as `npm start`, and nothing of it is reachable from afar by default. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { BUILD_STEPS, INSTALL_ARGS, PACKAGES, ROOT } from './workspace.mjs';

const read = (path) => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('docker/Dockerfile').replaceAll(/\\\n\s*/g, ' ');
const instructions = dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const indexOf = (start) => instructions.findIndex((line) => line.startsWith(start));

describe('docker/Dockerfile', () => {
  it('installs with the same package manager and flags as npm start, from the manifests of every package', () => {
    const install = indexOf(`RUN npx ${INSTALL_ARGS.join(' ')}`);
    expect(install).toBeGreaterThan(0);
    const copied = instructions
      .slice(0, install)
      .filter((line) => line.startsWith('COPY'))
      .join(' ');
    for (const path of [
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      ...PACKAGES.map((name) => `${name}/package.json`),
    ]) {
      expect(copied).toContain(path);
    }
  });

  it('builds with the same script, after the install and before the compilers are removed', () => {
    const build = indexOf('RUN node scripts/build.mjs');
    expect(build).toBeGreaterThan(indexOf('RUN npx'));
    expect(build).toBeLessThan(indexOf('RUN rm -rf node_modules'));
  });

  it('starts the program that npm start becomes, with everything the build made', () => {
    const start = read('scripts/start.mjs');
    expect(start).toContain("'server', 'dist', 'main.js'");
    expect(instructions.at(-1)).toBe('CMD ["node", "server/dist/main.js"]');
    const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM'))).join('\n');
    for (const { output } of BUILD_STEPS) {
      const folder = output.startsWith('web/') ? 'web/dist' : output.split('/')[0];
      expect(last).toContain(`/easel/${folder} `);
    }
  });

  it('runs as a user without rights and says how it is', () => {
    expect(indexOf('USER node')).toBeGreaterThan(0);
    expect(instructions.find((line) => line.startsWith('HEALTHCHECK'))).toContain('/api/v1/health');
    expect(instructions.find((line) => line.startsWith('VOLUME'))).toBe('VOLUME ["/models", "/outputs", "/data"]');
  });

  it('sends every input of the build to the builder, and nothing that a build makes', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toContain('**/node_modules');
    expect(ignored).toContain('**/dist');
    for (const input of BUILD_STEPS.flatMap(({ inputs }) => inputs)) expect(ignored).not.toContain(input.split('/')[0]);
  });
});

describe('docker/compose.yaml', () => {
  it('publishes the port on the loopback address only', () => {
    const compose = read('docker/compose.yaml');
    const published = [...compose.matchAll(/^\s+- '([\d.:]+:\d+)'$/gm)].map(([, port]) => port);
    expect(published).toEqual(['127.0.0.1:7860:7860']);
    expect(existsSync(join(ROOT, 'docker', compose.match(/context: (\S+)/)[1], 'docker/Dockerfile'))).toBe(true);
  });
});
