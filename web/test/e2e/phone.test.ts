/** 390 pixels wide: everything can be reached with a thumb, and nothing covers Generate. */
import { afterEach, expect, it } from 'vitest';

import { smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

/** Is the middle of Generate really Generate, and nothing above it? */
function isGenerateFree(easel: Driver): Promise<boolean> {
  return easel.page.evaluate(() => {
    const button = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Generate');
    if (!button) return false;
    const { left, top, right, bottom } = button.getBoundingClientRect();
    const points = [
      [(left + right) / 2, (top + bottom) / 2],
      [left + 4, top + 4],
      [right - 4, bottom - 4],
    ] as const;
    return bottom <= window.innerHeight && points.every(([x, y]) => button.contains(document.elementFromPoint(x, y)));
  });
}

describeInBrowser('on a phone', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it('reaches everything with a thumb', async () => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone: true });
    // Asked again for a moment: popups are a little smaller while they open.
    await expect.poll(() => smallTargetsOf(easel), { message: 'first view' }).toEqual([]);
    await expect.poll(() => isGenerateFree(easel)).toBe(true);

    await easel.button('Parameters').tap();
    await easel.page.locator('#sampler').waitFor();
    await easel.page.getByText('Fine tuning').tap();
    await expect.poll(() => smallTargetsOf(easel), { message: 'parameters' }).toEqual([]);
    await easel.page.locator('#steps').fill('6');
    await easel.page.locator('#guidance').fill('4,5');
    await easel.page.locator('#guidance').blur();
    expect(await easel.page.locator('#guidance').inputValue()).toBe('4.5');
    await easel.button('Close the parameters').tap();
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });

    await easel.write('a boat, '.repeat(60));
    await expect.poll(() => isGenerateFree(easel), { message: 'with a long prompt' }).toBe(true);
    await easel.write('a boat');
    await easel.button('Generate').tap();
    await easel.page.getByAltText(/Picture made from/).waitFor({ timeout: 60_000 });

    await easel.button('Show the gallery').tap();
    await easel.pictures.first().waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'gallery' }).toEqual([]);
    await easel.pictures.first().tap();
    await easel.page.getByText('Noise source').waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'picture view' }).toEqual([]);
    await expect.poll(() => isGenerateFree(easel)).toBe(true);
    await easel.button('More actions').tap();
    await easel.page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'menu' }).toEqual([]);
    await easel.page.keyboard.press('Escape');

    await easel.button('Show the queue').tap();
    await easel.button(/Use the settings of/).waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'queue' }).toEqual([]);
    const width = await easel.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(easel.complaints).toEqual([]);
  });
});
