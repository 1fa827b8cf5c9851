/**
 * Reads who imports whom from the source of the four packages: one edge for each import, export-from, dynamic import
 * and `import type`. No rule is judged here (see import-rules.mjs) and nothing is run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

import { parseSync } from 'oxc-parser';

const SKIPPED = new Set(['node_modules', 'dist', 'dist-types']);

function listSources(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listSources(root, path);
    return /\.(ts|tsx|mts)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/** Calls `visit` with each node of a syntax tree. */
function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit);
  } else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node);
    for (const key in node) if (key !== 'parent') walk(node[key], visit);
  }
}

/** Module names that a source text names, each with the offset where it stands. */
function readSpecifiers(file, text) {
  const { program, module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const found = [];
  for (const { moduleRequest } of module.staticImports)
    found.push({ specifier: moduleRequest.value, offset: moduleRequest.start });
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest) found.push({ specifier: moduleRequest.value, offset: moduleRequest.start });
    }
  }
  walk(program.body, (node) => {
    const source =
      node.type === 'ImportExpression' || node.type === 'TSImportType' ? (node.source ?? node.argument) : undefined;
    const literal = source?.literal ?? source;
    if (typeof literal?.value === 'string') found.push({ specifier: literal.value, offset: literal.start });
  });
  // `export { a, b } from` has one entry for each name.
  return [...new Map(found.map((each) => [`${each.offset}`, each])).values()];
}

/** `@easel/shared/http/jobs` and relative paths become a path in the tree; anything else stays a package's name. */
function resolveTarget(from, specifier) {
  if (specifier.startsWith('.')) return { file: posix.join(dirname(from), specifier) };
  const own = /^@easel\/([a-z]+)(?:\/(.+))?$/.exec(specifier);
  if (own) return { file: `${own[1]}/src/${own[2] ?? 'main'}.ts` };
  const [first, second] = specifier.split('/');
  return { external: first.startsWith('@') ? `${first}/${second}` : specifier.startsWith('node:') ? specifier : first };
}

/**
 * @param root the checkout, or a folder laid out like one
 * @returns edges `{from, line, specifier, file?, external?}`; `file` is relative to root, `external` a package
 */
export function readImports(root, packages) {
  return packages
    .flatMap((name) => [...listSources(root, `${name}/src`), ...listSources(root, `${name}/test`)])
    .flatMap((from) => {
      const text = readFileSync(join(root, from), 'utf8');
      return readSpecifiers(from, text).map(({ specifier, offset }) => ({
        from,
        line: text.slice(0, offset).split('\n').length,
        specifier,
        ...resolveTarget(from, specifier),
      }));
    });
}

/** Loops among the files, each as the list of files in it (Tarjan's strongly connected components with two or more). */
export function findCycles(edges) {
  const next = new Map();
  for (const { from, file } of edges) {
    if (file !== undefined) next.set(from, [...(next.get(from) ?? []), file]);
  }
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const cycles = [];
  const visit = (node) => {
    order.set(node, order.size);
    lowest.set(node, order.get(node));
    stack.push(node);
    for (const target of next.get(node) ?? []) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(node, Math.min(lowest.get(node), lowest.get(target)));
    }
    if (lowest.get(node) === order.get(node)) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1 || (next.get(node) ?? []).includes(node)) cycles.push(group);
    }
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return cycles;
}
