/** `npm run lint`: rules, format, directions of imports, cycles, unused exports, known holes in dependencies. */
import { LINT, TYPES } from './lib/checks.mjs';
import { explain } from './lib/console.mjs';
import { closeWith, runLanes } from './lib/steps.mjs';
import { installIfChanged } from './lib/workspace.mjs';

try {
  await installIfChanged();
  const [slowest, ...others] = LINT;
  // The linter reads types, so the declarations have to be there first; a type error is not its business.
  closeWith(await runLanes([[{ ...TYPES }, slowest], others]));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
