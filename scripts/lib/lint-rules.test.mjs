/** The linter's configuration, on files that break one rule each: what we rely on is really on, and off where it should be. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { LINT } from './checks.mjs';
import { ROOT } from './workspace.mjs';

const BROKEN = {
  'engine/src/floating.ts':
    'const run = async (): Promise<void> => {};\nexport const start = (): void => {\n  run();\n};\n',
  'engine/src/any.ts': 'export const read = (value: any): unknown => value;\n',
  'engine/src/default.ts': 'const value = 1;\nexport default value;\n',
  'engine/src/equal.ts': 'export const isZero = (value: unknown): boolean => value == 0;\n',
  'engine/src/environment.ts': "export const home = process.env['HOME'];\n",
  'engine/src/thrown.ts': "export const fail = (): never => {\n  throw 'text';\n};\n",
  'engine/src/switch.ts':
    "export const say = (word: 'a' | 'b'): number => {\n  switch (word) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n};\n",
  'web/src/html.tsx': 'export const Raw = () => <p dangerouslySetInnerHTML={{ __html: "" }} />;\n',
  'engine/src/focused.test.ts': "import { it } from 'vitest';\nit.only('runs alone', () => {});\n",
  'server/src/config.ts': "export const port = process.env['EASEL_PORT'];\n",
};

let folder;
let findings;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-lint-'));
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const options = { strict: true, target: 'ES2022', module: 'nodenext', jsx: 'react-jsx', noEmit: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  for (const [path, text] of Object.entries(BROKEN)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { args } = LINT.find(({ name }) => name === 'lint');
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: join(ROOT, 'node_modules/.bin/tsgolint') };
  findings = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }).stdout;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['engine/src/floating.ts', 'typescript(no-floating-promises)'],
  ['engine/src/any.ts', 'typescript(no-explicit-any)'],
  ['engine/src/default.ts', 'import(no-default-export)'],
  ['engine/src/equal.ts', 'eslint(eqeqeq)'],
  ['engine/src/environment.ts', 'node(no-process-env)'],
  ['engine/src/thrown.ts', 'typescript(only-throw-error)'],
  ['engine/src/switch.ts', 'typescript(switch-exhaustiveness-check)'],
  ['web/src/html.tsx', 'react(no-danger)'],
  ['engine/src/focused.test.ts', 'vitest(no-focused-tests)'],
])('%s is refused by %s', (file, rule) => {
  expect(
    findings
      .split('\n')
      .filter((line) => line.startsWith(`${file}:`))
      .join('\n'),
  ).toContain(rule);
});

it('lets the one reader of the environment read it', () => {
  expect(findings).not.toContain('server/src/config.ts');
});
