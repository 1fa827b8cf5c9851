/** One list of codes: the table in shared, the page in docs, and what the code throws say the same. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ERROR_CODES } from '@easel/shared/errors';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const table = Object.entries(ERROR_CODES).map(([code, { status, meaning, retryable }]) => ({
  code,
  status,
  meaning,
  retryable,
}));

const ROW = /^\| `(?<code>[a-z0-9_]+)`(?<again> ↻)? \| (?<status>\d{3}) \| (?<meaning>[^|]+) \| (?<way>[^|]+) \|$/gm;
const documented = [...readFileSync(join(root, 'docs', 'errors.md'), 'utf8').matchAll(ROW)].map(({ groups = {} }) => ({
  code: groups['code'],
  status: Number(groups['status']),
  meaning: groups['meaning'],
  retryable: groups['again'] !== undefined,
  way: groups['way'] ?? '',
}));

const sources = ['shared', 'server', 'engine'].flatMap((folder) =>
  readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, 'src', file))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== join('shared', 'src', 'errors.ts'))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') })),
);

describe('the codes of errors', () => {
  it('stand on their page with status, meaning and a way out, and no others do', () => {
    expect(documented.map(({ way: _way, ...row }) => row)).toEqual(table);
    expect(documented.filter(({ way }) => way.trim().length < 10)).toEqual([]);
  });

  it('that are thrown anywhere stand in the table', () => {
    const thrown = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:Error\(|\bcode: )\s*'([a-z0-9_]+)'/g)].map(([, code = '']) => ({ file, code })),
    );
    expect(thrown.length).toBeGreaterThan(50);
    expect(thrown.filter(({ code }) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  it('in the table are used by somebody', () => {
    const all = sources.map(({ text }) => text).join('\n');
    expect(table.filter(({ code }) => !all.includes(`'${code}'`)).map(({ code }) => code)).toEqual([]);
  });
});
