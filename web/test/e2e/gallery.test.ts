/** Looking through what was made: by keys, by search, by link. */
import { afterEach, beforeAll, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ImageList } from '@easel/shared/http/images';

describeInBrowser('the gallery', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  let ids: string[];
  afterEach(() => easel.close());

  // The fewest steps: these tests look at places, not at pictures.
  beforeAll(async () => {
    await server().generate({ prompt: 'a boat', steps: 1, count: 3 });
    await server().generate({ prompt: 'a house', steps: 1, count: 4 });
    ids = (await server().get<ImageList>('/images')).images.map((image) => image.id);
    expect(ids).toHaveLength(7);
  });

  const shown = (): string | null => new URL(easel.page.url()).searchParams.get('picture');

  it('is walked with the arrow keys', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.waitForPictures(7);
    await easel.pictures.first().click();
    const { keyboard } = easel.page;
    await keyboard.press('ArrowRight');
    await expect.poll(shown).toBe(ids[1]);
    await keyboard.press('End');
    await expect.poll(shown).toBe(ids[6]);
    await keyboard.press('Home');
    await expect.poll(shown).toBe(ids[0]);
    await keyboard.press('ArrowDown');
    await expect.poll(shown).toBe(ids[2]);
    await expect.poll(() => easel.page.evaluate(() => document.activeElement?.getAttribute('data-image'))).toBe(ids[2]);

    await keyboard.press('Escape');
    await expect.poll(shown).toBeNull();
    await easel.page.locator('h2').first().click();
    await keyboard.press('ArrowRight');
    await expect.poll(shown).toBe(ids[1]);
    await easel.page.goBack();
    await expect.poll(shown).toBeNull();
  });

  it('is searched by the words of the prompt', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.page.getByRole('searchbox').fill('boat');
    await easel.waitForPictures(3);
    await easel.page.getByRole('searchbox').fill('elephant');
    await easel.page.getByText('No picture matches “elephant”').waitFor();
    await easel.button('Clear the search').click();
    await easel.waitForPictures(7);
    expect(await easel.page.getByText('7 pictures').count()).toBe(1);
  });

  it('opens a picture by its link, and says so when it is not there', async () => {
    easel = await Driver.visit(browser(), { url: `${server().url}/?picture=${ids[4]}` });
    await easel.page.locator('dd', { hasText: /^1$/ }).first().waitFor();
    expect(await easel.page.getByAltText('Picture made from: a boat').count()).toBeGreaterThan(0);
    await easel.page.goto(`${server().url}/?picture=nothing`);
    await easel.page.getByText('This picture is not here').waitFor();
    await easel.button('Show the newest picture').click();
    await expect.poll(shown).toBeNull();
  });
});
