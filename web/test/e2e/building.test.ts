/** The prompt book by keyboard and mouse: wildcards, styles, templates, history, surprises, and what other programs write. */
import { afterEach, beforeAll, expect, it } from 'vitest';

import { findingsOf, smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ImageList, ImageView } from '@easel/shared/http/images';
import type { WildcardFile } from '@easel/shared/http/wildcard-files';

describeInBrowser('the prompt book', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  const book = () => easel.page.getByRole('dialog', { name: 'Prompt book' });
  const field = (name: string) => book().getByRole('textbox', { name, exact: true });
  const openTab = async (name: string): Promise<void> => {
    await easel.button('Prompt book').click();
    await book().getByRole('tab', { name }).click();
  };
  const close = async (): Promise<void> => {
    await easel.page.keyboard.press('Escape');
    await book().waitFor({ state: 'detached' });
  };
  const pictures = async (): Promise<ImageView[]> => {
    const { images } = await server().get<ImageList>('/images');
    return Promise.all(images.map(({ id }) => server().get<ImageView>(`/images/${id}`)));
  };

  beforeAll(async () => {
    const put = (path: string, body: object): Promise<Response> =>
      fetch(`${server().url}/api/v1${path}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await put('/styles/Ink', { prompt: 'line drawing of {prompt}', negativePrompt: 'neon' });
  });

  it('keeps wildcards, which a prompt draws from anew for every picture and "use all" brings back to the byte', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.page.keyboard.press('Escape');
    await easel.prompt.blur();
    await easel.page.keyboard.press('b');
    await book().getByRole('tab', { name: 'History' }).press('ArrowRight');
    await easel.page.keyboard.press('ArrowRight');
    await easel.page.keyboard.press('ArrowRight');
    await easel.page.keyboard.press('Enter');
    await book().getByRole('button', { name: 'New wildcard' }).click();
    await field('Name').fill('../x');
    expect(await book().getByRole('button', { name: 'New wildcard' }).isDisabled()).toBe(true);
    await field('Name').fill('animals/small');
    await field('Name').press('Enter');
    const lines = field('Lines of animals/small');
    expect(await lines.evaluate((element) => element === document.activeElement)).toBe(true);
    await lines.fill('# by hand\na red fish\na blue cat\n');
    await book().getByText('2 lines').waitFor();
    await book().getByText('Not saved').waitFor();
    await lines.press('Control+s');
    await book().getByText('Saved', { exact: true }).waitFor();

    // Somebody else saves meanwhile: nothing is lost, and it is said.
    const { version } = await server().get<WildcardFile>('/wildcards/animals%2Fsmall');
    await fetch(`${server().url}/api/v1/wildcards/animals%2Fsmall`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'a red fish\na blue cat\na green tree\n', version }),
    });
    await lines.fill('a yellow owl');
    await book().getByRole('button', { name: 'Save' }).click();
    await book().getByText('Somebody else saved this meanwhile').waitFor();
    expect(await lines.inputValue()).toBe('a yellow owl');
    await book().getByRole('button', { name: 'Load it again' }).click();
    await book().getByText('3 lines').waitFor();
    await book().getByRole('button', { name: 'Back to the list' }).click();
    await book().getByRole('button', { name: 'Insert __animals/small__ into the prompt' }).click();
    await close();
    expect(await easel.promptText()).toBe('__animals/small__');

    await easel.openParameters();
    await easel.setSteps(2);
    await easel.generate();
    await easel.waitForPictures(1);
    const [first] = await pictures();
    expect(first?.parameters.prompt).toMatch(/^a (red fish|blue cat|green tree)$/);
    expect(first?.parameters.template).toEqual({ prompt: '__animals/small__', negativePrompt: '' });
    expect(first?.infotext).toContain('Template: __animals/small__');
    await easel.pictures.first().click();
    await easel.button('Use all').click();
    await easel.generate();
    await easel.waitForPictures(2);
    const [again] = await pictures();
    expect(again?.id).not.toBe(first?.id);
    expect(await server().bytesOf(again?.id ?? '')).toEqual(await server().bytesOf(first?.id ?? ''));
    await easel.pictures.first().click();
    await easel.button('Use what was typed').click();
    await easel.page.getByText('__animals/small__').last().waitFor();
    expect(await easel.promptText()).toBe('__animals/small__');
    expect(easel.complaints).toEqual([]);
  });

  it('puts styles on, as chips that come off again', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await openTab('Styles');
    await book().getByRole('button', { name: /^Ink/ }).press('Space');
    await book().getByRole('button', { name: 'New style' }).click();
    await field('Name').fill('Dusk');
    await field('Prompt').fill('at sunset');
    await book().getByRole('button', { name: 'Save' }).click();
    await book().getByRole('button', { name: /^Dusk/ }).click();
    await close();
    const chips = easel.page.getByRole('list', { name: 'Styles on the prompt' });
    expect(await chips.getByRole('listitem').allInnerTexts()).toEqual(['Ink', 'Dusk']);
    await easel.write('a castle');
    const before = (await pictures()).length;
    await easel.generate();
    await easel.page.waitForTimeout(200);
    await easel.waitForPictures(before + 1);
    const [made] = await pictures();
    expect(made?.parameters).toMatchObject({
      prompt: 'line drawing of a castle, at sunset',
      negativePrompt: 'neon',
      template: { prompt: 'a castle', negativePrompt: '', styles: ['Ink', 'Dusk'] },
    });
    await easel.button('Take off Ink').click();
    expect(await chips.getByRole('listitem').allInnerTexts()).toEqual(['Dusk']);
  });

  it('keeps templates whose slots are filled in, and every prompt that was used', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a portrait of <?who:a cat> in <?where>');
    await openTab('Templates');
    await book().getByRole('button', { name: 'New from the prompt' }).click();
    await field('Name').fill('Portrait');
    await book().getByRole('button', { name: 'Save' }).click();
    await book()
      .getByRole('button', { name: /^Portrait/ })
      .click();
    await book().getByRole('textbox', { name: 'Fill in where' }).fill('the snow');
    await book().getByText('a portrait of a cat in the snow').waitFor();
    await book().getByRole('textbox', { name: 'Fill in where' }).press('Enter');
    await book().waitFor({ state: 'detached' });
    expect(await easel.promptText()).toBe('a portrait of a cat in the snow');

    await openTab('History');
    await book().getByRole('searchbox', { name: 'Search used prompts' }).fill('CASTLE');
    await book().getByText('1 prompt', { exact: true }).waitFor();
    await book().getByRole('button', { name: 'Give a star' }).click();
    await book().getByRole('button', { name: 'Take the star off' }).waitFor();
    await book()
      .getByRole('button', { name: /^a castle/ })
      .click();
    expect(await easel.promptText()).toBe('a castle');
    expect(await easel.page.getByRole('list', { name: 'Styles on the prompt' }).innerText()).toContain('Ink');
  });

  it('makes up prompts, and offers to rewrite those of other programs', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.button('Surprise me').click();
    await easel.page.waitForFunction(() => (document.querySelector('#prompt')?.textContent ?? '').length > 10);
    const first = await easel.promptText();
    await easel.button('Surprise me').click();
    await easel.page.waitForFunction((text) => document.querySelector('.cm-line')?.textContent !== text, first);

    await easel.write('');
    await easel.prompt.evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'a (red)1.3 house++, cat.swap(dog)');
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await easel.page.getByText('Stays as text, for nothing swaps words: cat.swap(dog)').waitFor();
    await easel.button('Rewrite').click();
    expect(await easel.promptText()).toBe(String.raw`a (red:1.3) (house:1.21), cat.swap\(dog\)`);
    expect(easel.complaints).toEqual([]);
  });

  it('is whole on a phone, in the dark and in Chinese', async () => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone: true, isDark: true, language: 'zh-CN' });
    await easel.button('提示词簿').click();
    const sheet = easel.page.getByRole('dialog', { name: '提示词簿' });
    for (const name of ['历史', '模板', '样式', '通配符']) {
      await sheet.getByRole('tab', { name }).click();
      await easel.page.waitForTimeout(150);
      expect(await findingsOf(easel)).toEqual([]);
      expect(await smallTargetsOf(easel)).toEqual([]);
      const isWider = await easel.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isWider).toBe(false);
    }
  });
});
