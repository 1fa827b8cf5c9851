/** Each import rule is shown to refuse something, and the reader to see every way of naming a module. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { findCycles, readImports } from './import-graph.mjs';
import { EXTERNALS, judgeImport, PEERS, PLACES } from './import-rules.mjs';

const internal = (from, file) => judgeImport({ from, file, specifier: './x.ts' });

describe('directions between packages', () => {
  for (const own of Object.keys(PLACES)) {
    for (const other of Object.keys(PLACES).filter((name) => name !== own)) {
      const isAllowed = PLACES[own].packages.includes(other);
      it(`${own} ${isAllowed ? 'may' : 'may not'} import ${other}`, () => {
        const from = `${own}/src/${own === 'shared' ? 'units' : 'main'}.ts`;
        const problem = judgeImport({ from, file: `${other}/src/x.ts`, specifier: `@easel/${other}/x` });
        expect(problem === undefined).toBe(isAllowed);
      });
    }
  }

  it('refuses a relative path into another package even where the import is allowed', () => {
    expect(internal('engine/src/main.ts', 'shared/src/units.ts')).toContain('@easel/shared');
  });
});

/** A file in a place; a place with a slash is a file itself. */
const inPlace = (name, place) => `${name}/src/${place}${place.includes('/') ? '' : '/a'}.ts`;

describe('directions between places', () => {
  for (const [name, { places }] of Object.entries(PLACES)) {
    for (const [place, allowed] of Object.entries(places ?? {})) {
      it(`${name}/src/${place} imports itself, the places listed for it, and no other`, () => {
        for (const target of Object.keys(places)) {
          const isAllowed = target === place || allowed.includes(target);
          expect(internal(inPlace(name, place), inPlace(name, target)) === undefined, target).toBe(isAllowed);
        }
      });
    }

    it(`${name}: the table itself has no loop, so what it allows always goes down`, () => {
      const edges = Object.entries(places ?? {}).flatMap(([from, targets]) => targets.map((file) => ({ from, file })));
      expect(findCycles(edges)).toEqual([]);
    });
  }

  it('refuses a folder that is not in the table', () => {
    expect(internal('engine/src/helpers/a.ts', 'engine/src/numeric/tensor.ts')).toContain('not in the table');
  });

  it.each(PEERS)('keeps the folders of %s apart, but not their table', (folder) => {
    expect(internal(`${folder}/one/a.ts`, `${folder}/two/b.ts`)).toContain('peers');
    expect(internal(`${folder}/one/a.ts`, `${folder}/one/b.ts`)).toBeUndefined();
    expect(internal(`${folder}/index.ts`, `${folder}/two/b.ts`)).toBeUndefined();
  });

  it('lets a test import anything in its package and the tools of the test run, and nothing import a test', () => {
    expect(internal('web/test/support/a.ts', 'scripts/lib/chromium.mjs')).toBeUndefined();
    expect(internal('web/src/lib/a.ts', 'scripts/lib/chromium.mjs')).toBe('web does not import scripts');
    expect(internal('engine/src/numeric/a.test.ts', 'engine/src/jobs/b.ts')).toBeUndefined();
    expect(internal('engine/src/jobs/b.ts', 'engine/src/numeric/a.test.ts')).toContain('tests');
    expect(internal('engine/src/jobs/b.ts', 'engine/test/support/half.ts')).toContain('tests');
  });
});

describe('packages of others', () => {
  // A name for each row that its pattern matches, in the order of the table.
  const examples = [
    'onnxruntime-node',
    '@fastify/static',
    '@photostructure/sqlite',
    'kysely',
    'node:fs/promises',
    'socket.io-client',
    'node:path',
  ];

  it.each(EXTERNALS.map((row, index) => ({ ...row, example: examples[index] })))(
    '$example: $why',
    ({ example, only, never }) => {
      const forbidden = never?.[0] ?? 'engine/src/jobs/';
      const allowed = only?.[0] ?? 'server/src/routes/';
      expect(judgeImport({ from: `${forbidden}a.ts`, external: example })).toContain(example);
      expect(judgeImport({ from: `${allowed}a.ts`, external: example })).toBeUndefined();
    },
  );
});

it('keeps what needs Node out of the page, and lets it use Node', () => {
  const file = 'shared/src/prompt/clip-vocabulary.ts';
  expect(judgeImport({ from: 'web/src/lib/a.ts', file, specifier: '@easel/shared/prompt/clip-vocabulary' })).toContain(
    'Node',
  );
  expect(judgeImport({ from: file, external: 'node:fs' })).toBeUndefined();
});

describe('reading imports from source', () => {
  let root;
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (files) => {
    root = mkdtempSync(join(tmpdir(), 'easel-imports-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };

  it('sees imports, types, export-from, dynamic imports and import types, with their lines', () => {
    write({
      'engine/src/main.ts': [
        "import { a } from './jobs/a.ts';",
        "import type { B } from './jobs/b.ts';",
        "export { c, c2 } from './jobs/c.ts';",
        "export * from './jobs/d.ts';",
        "const e = await import('./jobs/e.ts');",
        "type F = import('./jobs/f.ts').F;",
        "import { z } from 'zod';",
        "import { readFile } from 'node:fs/promises';",
        "import { LIMITS } from '@easel/shared/units';",
      ].join('\n'),
    });
    const edges = readImports(root, ['engine']);
    expect(edges.map(({ line, file, external }) => `${line} ${file ?? external}`).sort()).toEqual([
      '1 engine/src/jobs/a.ts',
      '2 engine/src/jobs/b.ts',
      '3 engine/src/jobs/c.ts',
      '4 engine/src/jobs/d.ts',
      '5 engine/src/jobs/e.ts',
      '6 engine/src/jobs/f.ts',
      '7 zod',
      '8 node:fs/promises',
      '9 shared/src/units.ts',
    ]);
  });

  it('finds a loop through three files, also of types only, and none where there is none', () => {
    write({
      'web/src/lib/a.ts': "import './b.ts';",
      'web/src/lib/b.ts': "import type { C } from './c.ts';",
      'web/src/lib/c.ts': "import './a.ts';",
      'web/src/lib/d.ts': "import './a.ts';",
    });
    const cycles = findCycles(readImports(root, ['web']));
    expect(cycles.map((files) => files.sort())).toEqual([['web/src/lib/a.ts', 'web/src/lib/b.ts', 'web/src/lib/c.ts']]);
  });
});
