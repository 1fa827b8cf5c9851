/**
 * `npm test`: everything, from a fresh clone: installs and builds what has changed, then types, lint and all tests.
 *
 * Two lanes for two cores. Ends with one line, `N passed, N failed`, and the exit code that goes with it.
 */
import { planBrowserTests } from './lib/browser-step.mjs';
import { LINT, TYPES } from './lib/checks.mjs';
import { findChromium } from './lib/chromium.mjs';
import { dim, explain, formatDuration } from './lib/console.mjs';
import { closeWith, runLanes, vitestStep } from './lib/steps.mjs';
import { buildIfChanged, installIfChanged } from './lib/workspace.mjs';

const startedAt = Date.now();

try {
  await installIfChanged();
  await buildIfChanged();
  const browser = planBrowserTests(findChromium(), process.env.CI === 'true');
  if (browser.sentence !== undefined) console.log(browser.sentence);
  const checked = await runLanes([[TYPES]]);
  // The lane of real processes sleeps a good part of its time; what needs the processor goes beside it.
  const totals = await runLanes([
    [vitestStep('process', { isLive: true }), ...browser.steps],
    [
      ...LINT,
      vitestStep('unit'),
      vitestStep('component'),
      vitestStep('header'),
      vitestStep('golden', { isLive: true }),
    ],
  ]);
  for (const key of Object.keys(checked)) totals[key] += checked[key];
  console.log(dim(`in ${formatDuration(Date.now() - startedAt)}`));
  closeWith(totals);
} catch (error) {
  explain(error);
  // Something before the tests failed: that is one failure, and the line says so.
  closeWith({ passed: 0, failed: 1, skipped: 0 });
}
