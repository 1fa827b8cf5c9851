/** The installed Chromium, started once per test file. Nothing is downloaded. */
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

// The scripts are plain JavaScript without types.
const scripts = (await import(new URL('../../../scripts/lib/chromium.mjs', import.meta.url).href)) as {
  findChromium: () => string | null;
};

const executablePath = scripts.findChromium();

if (executablePath === null && process.env['CI'] === 'true') {
  throw new Error('No Chromium is installed, and CI=true asks for the browser tests (apt-get install chromium).');
}
if (executablePath === null) console.log('No Chromium is installed (apt-get install chromium): skipped.');

/** A `describe` that is skipped, with a sentence said once, where there is no Chromium. */
export function describeInBrowser(name: string, body: () => void): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- both are the caller's
  describe.runIf(executablePath !== null)(name, body);
}

/** Gives the browser of the enclosing describe. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [
        '--headless',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        // Chromium's sandbox does not start for root, which containers run as.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('the browser is started before the first test');
    return browser;
  };
}
