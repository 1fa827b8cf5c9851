/** No package below a version with a known hole: a line for each that is, exit 1 if any. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FLOORS, judgeLockfile } from './lib/lockfile.mjs';
import { ROOT } from './lib/workspace.mjs';

const findings = judgeLockfile(readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8'));
for (const finding of findings) console.log(finding);
if (findings.length === 0) console.log(`no package below the ${FLOORS.length} floors`);
process.exitCode = findings.length === 0 ? 0 : 1;
