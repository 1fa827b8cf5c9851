/**
 * `npm test`: everything, from a fresh clone: installs and builds what has changed, then types, lint and all tests.
 *
 * Two lanes for two cores. Ends with one line, `N passed, N failed`, and the exit code that goes with it.
 */
import { LINT, TYPES } from './lib/checks.mjs';
import { findChromium } from './lib/chromium.mjs';
import { dim, explain, formatDuration } from './lib/console.mjs';
import { closeWith, runLanes, vitestStep } from './lib/steps.mjs';
import { buildIfChanged, installIfChanged } from './lib/workspace.mjs';

const startedAt = Date.now();

function browserStep() {
  const chromium = findChromium();
  if (chromium !== null) return vitestStep('browser', { isLive: true, env: { EASEL_CHROMIUM: chromium } });
  console.log('No Chromium is installed here (apt-get install chromium, or set EASEL_CHROMIUM): the browser tests');
  if (process.env.CI === 'true') {
    console.log('cannot run, and with CI=true that is a failure.');
    return {
      name: 'browser',
      args: ['--eval', 'process.exit(1)'],
      hint: 'There is no Chromium, and CI=true asks for one.',
    };
  }
  console.log('are skipped.');
  return undefined;
}

try {
  await installIfChanged();
  await buildIfChanged();
  const checked = await runLanes([[TYPES]]);
  // The lane of real processes sleeps a good part of its time; what needs the processor goes beside it.
  const totals = await runLanes([
    [vitestStep('process', { isLive: true }), browserStep()].filter((step) => step !== undefined),
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
