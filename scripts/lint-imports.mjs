/** Directions of imports and cycles, over the whole tree: a line for each that breaks a rule, exit 1 if any does. */
import { findCycles, readImports } from './lib/import-graph.mjs';
import { judgeImport } from './lib/import-rules.mjs';
import { PACKAGES, ROOT } from './lib/workspace.mjs';

const edges = readImports(ROOT, PACKAGES);
const findings = [
  ...edges.flatMap((edge) => {
    const problem = judgeImport(edge);
    return problem === undefined ? [] : [`${edge.from}:${edge.line} imports ${edge.specifier}: ${problem}`];
  }),
  ...findCycles(edges).map((files) => `a loop of imports: ${files.sort().join(' ↔ ')}`),
];

for (const finding of findings) console.log(finding);
if (findings.length === 0) console.log(`${edges.length} imports, all downwards, no loop`);
process.exitCode = findings.length === 0 ? 0 : 1;
