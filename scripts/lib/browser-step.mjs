/** The browser tests as a step: run where there is a Chromium, skipped where there is none, failed where CI has none. */
import { vitestStep } from './steps.mjs';

const ADVICE = 'apt-get install chromium, or set EASEL_CHROMIUM to the path of one';

/**
 * @param chromium path of a Chromium, or null
 * @param isCi whether a missing one is a failure
 * @returns the step, or none, and the sentence to say about it
 */
export function planBrowserTests(chromium, isCi) {
  if (chromium !== null) return { steps: [vitestStep('browser', { isLive: true, env: { EASEL_CHROMIUM: chromium } })] };
  if (!isCi) return { steps: [], sentence: `There is no Chromium here (${ADVICE}): the browser tests are skipped.` };
  const hint = `There is no Chromium here (${ADVICE}), and with CI=true the browser tests must run.`;
  return { steps: [{ name: 'browser', args: ['--eval', 'process.exitCode = 1'], hint }] };
}
