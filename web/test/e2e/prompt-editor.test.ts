/** The prompt in its editor: completion, problems and their fixes, keys, undo, and what the model received. */
import { afterEach, expect, it } from 'vitest';

import { findingsOf, smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

/** A busy machine answers late. */
const PATIENT = { timeout: 15_000 };
/** The editor's code, as the build names it. */
const EDITOR = /\/assets\/editor-[^/]+\.js$/;

describeInBrowser('the prompt editor', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  const options = () => easel.page.getByRole('option');
  /** Until the list is there and takes keys, which it does a moment after it has come. */
  const offered = async (): Promise<void> => {
    await options().first().waitFor();
    await easel.page.waitForTimeout(150);
  };
  const press = (keys: string): Promise<void> => easel.page.keyboard.press(keys);
  const type = (text: string): Promise<void> => easel.page.keyboard.type(text, { delay: 20 });
  const received = () => easel.button(/Show what the model received/);

  it('completes words and LoRA, and never keeps Ctrl+Enter for itself', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.prompt.click();
    await type('a red lightho');
    await offered();
    await press('Enter');
    expect(await easel.promptText()).toBe('a red lighthouse');
    await type(', <ris');
    await expect.poll(() => options().first().innerText(), PATIENT).toMatch(/easel-demo-riso\s*\+ riso print/);
    expect(await options().nth(1).innerText()).toContain('easel-demo-riso');
    // Escape closes the list and nothing else.
    await press('Escape');
    await options().first().waitFor({ state: 'detached' });
    expect(await easel.promptText()).toBe('a red lighthouse, <ris');
    await press('Control+Space');
    await offered();
    await press('Tab');
    expect(await easel.promptText()).toMatch(/^a red lighthouse, <lora:easel-demo-riso:1>/);
    await type(' cas');
    await options().first().waitFor();
    await press('Control+Enter');
    await easel.page
      .getByAltText(/Picture made from/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await easel.promptText()).toMatch(/ cas$/);

    // What was used comes back by key, and so does what is being written.
    await easel.write('something else');
    await press('Escape');
    await press('Alt+ArrowUp');
    await expect.poll(() => easel.promptText(), PATIENT).toMatch(/ cas$/);
    await press('Alt+ArrowDown');
    await expect.poll(() => easel.promptText(), PATIENT).toBe('something else');
    expect(easel.complaints).toEqual([]);
  });

  it('underlines what is odd and mends it from the tooltip and by key', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a (cat, a __nothing__ dog, [sun:moon:90], <lora:easel-demo-rsio:1>');
    const underlined = easel.page.locator('.easel-problem');
    await expect
      .poll(() => underlined.allInnerTexts(), PATIENT)
      .toEqual(['(', '__nothing__', '[sun:moon:90]', '<lora:easel-demo-rsio:1>']);
    const list = easel.page.getByRole('list', { name: 'What is odd in the prompt' });
    expect(await list.getByRole('listitem').count()).toBe(4);

    await underlined.last().hover();
    const tip = easel.page.locator('.easel-tip');
    await tip.getByRole('button', { name: 'Write “easel-demo-riso”' }).click();
    expect(await easel.promptText()).toMatch(/<lora:easel-demo-riso:1>$/);

    await expect.poll(() => underlined.count(), PATIENT).toBe(3);
    await press('Control+Home');
    await press('F8');
    await expect.poll(() => tip.innerText(), PATIENT).toContain('never closes');
    await press('Escape');
    await tip.waitFor({ state: 'detached' });
    await press('Control+.');
    expect(await easel.promptText()).toMatch(/^a \\\(cat/);
    await press('Control+z');
    expect(await easel.promptText()).toMatch(/^a \(cat/);
    expect(easel.complaints).toEqual([]);
  });

  it('steps weights, moves items and undoes each step for itself', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.prompt.click();
    await type('red, (a, b:1.2), sun');
    await press('Escape');
    await press('Control+ArrowUp');
    expect(await easel.promptText()).toBe('red, (a, b:1.2), (sun:1.1)');
    await expect.poll(() => easel.page.locator('.easel-more').last().innerText(), PATIENT).toBe('sun');
    await press('Control+ArrowUp');
    await press('Control+Home');
    await press('Alt+ArrowRight');
    expect(await easel.promptText()).toBe('(a, b:1.2), red, (sun:1.2)');
    await press('Control+z');
    expect(await easel.promptText()).toBe('red, (a, b:1.2), (sun:1.2)');
    await press('Control+z');
    expect(await easel.promptText()).toBe('red, (a, b:1.2), (sun:1.1)');
    await press('Control+Shift+Z');
    expect(await easel.promptText()).toBe('red, (a, b:1.2), (sun:1.2)');
    expect(easel.complaints).toEqual([]);
  });

  it('shows what the model received, and where its chunks end', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write(`(red:1.4) [sun:moon:0.5] ${'green tree, '.repeat(30)}AND a cat :0.7`);
    await expect.poll(() => easel.page.locator('.easel-chunk-end').count(), PATIENT).toBe(1);
    await received().click();
    const sheet = easel.page.getByRole('dialog', { name: 'What the model received' });
    await sheet.getByText('Part 2').waitFor();
    expect(await sheet.getByText('weight 0.7').count()).toBe(1);
    expect(await sheet.locator('[data-weight="1.4"]').first().innerText()).toContain('red');
    expect(await sheet.getByText('sun', { exact: true }).count()).toBe(1);
    await sheet.getByRole('button', { name: 'steps 12–20' }).click();
    expect(await sheet.getByText('moon', { exact: true }).count()).toBe(1);
    expect(await sheet.getByText('CLIP-L').count()).toBe(1);
    expect(await findingsOf(easel)).toEqual([]);
    await press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(easel.complaints).toEqual([]);
  });

  it.each([{ isDark: false }, { isDark: true }])('has no findings of axe (dark: $isDark)', async ({ isDark }) => {
    easel = await Driver.visit(browser(), { url: server().url, isDark });
    await easel.write(
      'a (red:1.9) (blue:0.5) (no:-1) [x:y:0.5] {a|b} __w__ <lora:easel-demo-riso:0.8> BREAK x AND y :0.5 # note\n\\(z\\)',
    );
    await easel.page.locator('.easel-problem').first().waitFor();
    expect(await findingsOf(easel)).toEqual([]);
    await easel.prompt.press('Control+End');
    await type(', lightho');
    await options().first().waitFor();
    expect(await findingsOf(easel)).toEqual([]);
    await press('Escape');
    await easel.page.locator('.easel-problem').first().hover();
    await easel.page.locator('.easel-tip').waitFor();
    expect(await findingsOf(easel)).toEqual([]);
  });

  it('works with a thumb at 390 pixels', async () => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone: true });
    await easel.prompt.tap();
    await type('a lightho');
    await options().first().waitFor();
    await offered();
    expect(await smallTargetsOf(easel)).toEqual([]);
    await options().first().tap();
    expect(await easel.promptText()).toBe('a lighthouse');
    await easel.button('Weigh more').tap();
    expect(await easel.promptText()).toBe('a (lighthouse:1.1)');
    await easel.button('Undo').tap();
    expect(await easel.promptText()).toBe('a lighthouse');
    expect(await smallTargetsOf(easel)).toEqual([]);
    await received().tap();
    await easel.page.getByText('Text encoders').waitFor();
    await expect.poll(() => smallTargetsOf(easel), PATIENT).toEqual([]);
    expect(await easel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(easel.complaints).toEqual([]);
  });

  it('speaks Chinese', async () => {
    easel = await Driver.visit(browser(), { url: server().url, language: 'zh-CN' });
    await easel.prompt.click();
    await type('lightho');
    await expect.poll(() => options().first().innerText(), PATIENT).toContain('主体');
    await press('Escape');
    await easel.button(/查看模型实际收到的内容/).click();
    await easel.page.getByText('文本编码器').waitFor();
  });

  it('keeps text, focus and selection when it takes the text area’s place', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await easel.page.route(EDITOR, async (route) => {
      await held;
      await route.continue();
    });
    await easel.page.reload();
    const area = easel.page.locator('textarea#prompt');
    await area.fill('a red house');
    await area.evaluate((element: HTMLTextAreaElement) => element.setSelectionRange(2, 5));
    release();
    await easel.isReady();
    await type('blue');
    expect(await easel.promptText()).toBe('a blue house');
  });

  it('stays a plain text area where the editor cannot be had', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.page.route(EDITOR, (route) => route.abort());
    await easel.page.reload();
    const area = easel.page.locator('textarea#prompt');
    await area.fill('a red fox');
    await area.evaluate((element: HTMLTextAreaElement) => element.setSelectionRange(3, 3));
    await area.press('Control+ArrowUp');
    expect(await area.inputValue()).toBe('a (red:1.1) fox');
    await received().click();
    await easel.page.getByText('Chunk 1').waitFor();
  });
});
