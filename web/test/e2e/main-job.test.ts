/** The job everything else is for: a sentence becomes a picture, and tomorrow the identical one. */
import { afterEach, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ImageList } from '@easel/shared/http/images';

describeInBrowser('the main job', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it('shows the picture as it comes, keeps it, and makes the same bytes again from it', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a red house on a green hill under a starry night sky');
    const previewCount = await easel.watchPreviews();
    await easel.generate();
    await easel.page.waitForFunction(() => /^\d+ %/.test(document.title), undefined, { timeout: 60_000 });
    await easel.waitForPictures(1);
    expect(await previewCount()).toBeGreaterThanOrEqual(5);
    expect(await easel.page.title()).toBe('Easel');

    await easel.reload();
    await easel.waitForPictures(1);
    await easel.write('something else');
    await easel.pictures.first().click();
    await easel.button('Use all').click();
    expect(await easel.promptText()).toBe('a red house on a green hill under a starry night sky');
    await easel.generate();
    await easel.waitForPictures(2);

    const { images } = await server().get<ImageList>('/images');
    const [again, first] = await Promise.all(images.map((image) => server().bytesOf(image.id)));
    expect(images[0]?.jobId).not.toBe(images[1]?.jobId);
    expect(again?.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(easel.complaints).toEqual([]);
  });

  it('makes another picture from a remix', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.waitForPictures(2);
    await easel.pictures.first().click();
    await easel.page.keyboard.press('r');
    await easel.generate();
    await easel.waitForPictures(3);
    const { images } = await server().get<ImageList>('/images');
    const [newest, before] = await Promise.all(images.slice(0, 2).map((image) => server().bytesOf(image.id)));
    expect(newest?.equals(before ?? Buffer.alloc(0))).toBe(false);
  });

  it('deletes with the Delete key and takes it back', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.waitForPictures(3);
    await easel.pictures.nth(1).click();
    await easel.page.keyboard.press('Delete');
    await easel.waitForPictures(2);
    await easel.button('Undo').click();
    await easel.waitForPictures(3);
    expect((await server().get<ImageList>('/images')).total).toBe(3);
  });
});
