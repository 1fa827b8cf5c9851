/** Entry of `npm run golden -- [folder or case ...] [--report FILE]`; exits 1 on a miss and when nothing was run. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { fidelityPage } from './fidelity.ts';
import { kinds } from './kinds/index.ts';
import { runGolden } from './runner.ts';

const DEFAULT_FOLDER = join(import.meta.dirname, '../../../fixtures/golden');
// npm changes to the package's folder; paths are meant from where the person stands.
const from = process.env['INIT_CWD'] ?? process.cwd();

// `| head` closes the pipe before the end; that is no failure of the run.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { report: { type: 'string' } } });
  const paths = positionals.map((path) => resolve(from, path));
  const report = await runGolden(paths.length > 0 ? paths : [DEFAULT_FOLDER], kinds, (line) => console.log(line));
  if (report.passed + report.failed === 0) console.log('Nothing was run.');
  if (values.report !== undefined) writeFileSync(resolve(from, values.report), fidelityPage(report));
  process.exitCode = report.failed > 0 || report.passed + report.failed === 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
