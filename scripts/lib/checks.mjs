/**
 * The checks that need no running program: one table for `npm run lint`, `npm run check` and `npm test`.
 *
 * Each is a tool and its arguments; it passes when the tool ends with 0.
 */
import { join } from 'node:path';

import { ROOT, TSC } from './workspace.mjs';

const tool = (path) => join(ROOT, 'node_modules', path);

/** All four packages and their tests; also leaves the declarations that the linter reads. */
export const TYPES = { name: 'types', args: [TSC, '-b'] };

export const LINT = [
  { name: 'lint', args: [tool('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '--format', 'unix'] },
  { name: 'format', args: [tool('oxfmt/bin/oxfmt'), '--check'], hint: 'npm run format puts it right.' },
  { name: 'imports', args: [join(ROOT, 'scripts/lint-imports.mjs')] },
  { name: 'unused', args: [tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
  { name: 'lockfile', args: [join(ROOT, 'scripts/lint-lockfile.mjs')] },
];
