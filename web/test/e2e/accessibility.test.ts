/** axe over every view, in both themes and on a phone: no serious finding. */
import { afterEach, expect, it } from 'vitest';

import { findingsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

describeInBrowser('accessibility', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it.each([false, true])('first visit, then a picture and its parameters (dark: %s)', async (isDark) => {
    easel = await Driver.visit(browser(), { url: server().url, isDark });
    expect(await findingsOf(easel), 'first view').toEqual([]);

    await easel.openParameters();
    await easel.page.getByText('Fine tuning').click();
    expect(await findingsOf(easel), 'parameters').toEqual([]);

    await easel.setSteps(8);
    await easel.write('a house in the snow');
    await easel.generate();
    await easel.waitForStep(1);
    expect(await findingsOf(easel), 'while it is made').toEqual([]);
    await easel.waitForPictures(isDark ? 2 : 1);

    await easel.pictures.first().click();
    await easel.page.getByText('Noise source').last().waitFor();
    expect(await findingsOf(easel), 'picture view').toEqual([]);

    await easel.button(/^Queue/).click();
    expect(await findingsOf(easel), 'queue').toEqual([]);
    await easel.page.keyboard.press('Escape');
    await easel.page.locator('#sampler').click();
    await easel.page.getByRole('listbox').waitFor();
    expect(await findingsOf(easel), 'open list').toEqual([]);
    await easel.page.keyboard.press('Escape');
    await easel.page.getByRole('listbox').waitFor({ state: 'detached' });
    await easel.page.locator('h2').first().click();
    await easel.page.keyboard.press('?');
    await easel.page.getByRole('dialog').waitFor();
    expect(await findingsOf(easel), 'shortcuts').toEqual([]);
  });

  it.each([false, true])('on a phone (dark: %s)', async (isDark) => {
    easel = await Driver.visit(browser(), { url: server().url, isDark, isPhone: true });
    expect(await findingsOf(easel), 'first view').toEqual([]);
    for (const name of ['Parameters', 'Show the gallery', 'Show the queue']) {
      await easel.button(name).tap();
      await easel.page.getByRole('dialog').waitFor();
      expect(await findingsOf(easel), name).toEqual([]);
      await easel.page.keyboard.press('Escape');
      await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  it('announces start, quarters and end, and gives focus back after a dialog', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    const words = easel.page.getByTestId('announcer');
    await easel.page.evaluate(() => {
      const heard: string[] = [];
      (window as unknown as { heard: string[] }).heard = heard;
      const region = document.querySelector('[data-testid="announcer"]');
      if (region)
        new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
          subtree: true,
          characterData: true,
          childList: true,
        });
    });
    await easel.write('a lake');
    await easel.generate();
    await words.getByText('Finished: 1 picture.').waitFor({ timeout: 60_000 });
    const heard = await easel.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard).toEqual(
      expect.arrayContaining(['25 percent.', '50 percent.', '75 percent.', 'Finished: 1 picture.']),
    );
    expect(heard.length).toBeLessThanOrEqual(6);

    await easel.button('Settings').click();
    await easel.page.getByText('Keyboard shortcuts').click();
    await easel.page.getByRole('dialog').waitFor();
    await easel.page.keyboard.press('Escape');
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await easel.page.evaluate(() => document.activeElement !== document.body)).toBe(true);
  });
});
