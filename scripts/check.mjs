/** `npm run check`: types, lint and unit tests, in well under a minute: what to run before a commit. */
import { LINT, TYPES } from './lib/checks.mjs';
import { explain } from './lib/console.mjs';
import { closeWith, runLanes, vitestStep } from './lib/steps.mjs';
import { installIfChanged } from './lib/workspace.mjs';

try {
  await installIfChanged();
  closeWith(
    await runLanes([
      [TYPES, ...LINT],
      [vitestStep('unit'), vitestStep('component')],
    ]),
  );
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
