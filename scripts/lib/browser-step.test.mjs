/** What becomes of the browser tests with and without a Chromium. */
import { spawnSync } from 'node:child_process';

import { expect, it } from 'vitest';

import { planBrowserTests } from './browser-step.mjs';

it('hands the Chromium it found to the tests', () => {
  const { steps, sentence } = planBrowserTests('/usr/bin/chromium', true);
  expect(steps[0].env).toEqual({ EASEL_CHROMIUM: '/usr/bin/chromium' });
  expect(steps[0].args).toContain('browser');
  expect(sentence).toBeUndefined();
});

it('skips them with a sentence where there is none', () => {
  expect(planBrowserTests(null, false)).toEqual({ steps: [], sentence: expect.stringContaining('skipped') });
});

it('fails where there is none and CI asks for one', () => {
  const [step] = planBrowserTests(null, true).steps;
  expect(spawnSync(process.execPath, step.args).status).toBe(1);
  expect(step.hint).toContain('CI=true');
});
