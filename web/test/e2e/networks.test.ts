/** LoRA and embeddings in the page: from a card into the prompt, weighed, into a picture that says so; on a desk and a phone. */
import { afterEach, expect, it } from 'vitest';

import { findingsOf, smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ModelList } from '@easel/shared/http/models';

const RISO = 'easel-demo-riso';
const MIRA = 'easel-demo-mira';

describeInBrowser('LoRA and embeddings', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  const panel = () => easel.page.getByRole('region', { name: /^(LoRA and embeddings|LoRA 与嵌入)$/ });
  const openPanel = async (): Promise<void> => {
    const trigger = panel().getByRole('button', { name: /^(LoRA and embeddings|LoRA 与嵌入)/ });
    await trigger.waitFor();
    // It is open already where something is in use.
    if ((await trigger.getAttribute('aria-expanded')) !== 'true') await trigger.click();
    await panel().getByRole('searchbox').waitFor();
  };
  const riso = async () =>
    (await server().get<ModelList>('/models?kind=lora')).models.find(({ id }) => id === `lora:${RISO}`);

  it('go from their card into the prompt, are weighed, and stand in the picture with their digits', async () => {
    await expect.poll(async () => (await riso())?.hashing, { timeout: 30_000 }).toBe('done');
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a lighthouse');
    await easel.openParameters();
    await openPanel();
    await panel()
      .getByRole('button', { name: `Add ${RISO}` })
      .click();
    expect(await easel.promptText()).toBe(`a lighthouse <lora:${RISO}:1>`);
    const weight = panel().getByRole('spinbutton', { name: `Weight of ${RISO}` });
    await weight.fill('0.5');
    await weight.press('Enter');
    await panel().getByRole('button', { name: 'Write “riso print” into the prompt' }).click();
    expect(await easel.promptText()).toBe(`a lighthouse, riso print <lora:${RISO}:0.5>`);

    await easel.setSteps(4);
    await easel.generate();
    await easel.waitForPictures(1);
    const { images } = await server().get<{ images: { id: string }[] }>('/images');
    const { infotext } = await server().get<{ infotext: string }>(`/images/${images[0]?.id ?? ''}`);
    const digits = (await riso())?.hashes.autoV3 ?? '';
    expect(digits).toMatch(/^[0-9a-f]{12}$/);
    expect(infotext).toContain(`a lighthouse, riso print <lora:${RISO}:0.5>`);
    expect(infotext).toContain(`Lora hashes: "${RISO}: ${digits}"`);
    expect(easel.complaints).toEqual([]);
  });

  it('are switched off and on without a trace but a comment, and an embedding is a word', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write(`a boat <lora:${RISO}:0.7>`);
    await easel.openParameters();
    const off = panel().getByRole('switch', { name: `Use ${RISO}` });
    await openPanel();
    await off.click();
    expect(await easel.promptText()).toBe(`a boat\n# <lora:${RISO}:0.7>`);
    await panel()
      .getByRole('button', { name: `Add ${MIRA}`, exact: true })
      .click();
    expect(await easel.promptText()).toBe(`a boat, ${MIRA}\n# <lora:${RISO}:0.7>`);
    await off.click();
    expect(await easel.promptText()).toBe(`a boat, ${MIRA}\n<lora:${RISO}:0.7>`);
    await easel.page.reload();
    await easel.isReady();
    expect(await easel.promptText()).toBe(`a boat, ${MIRA}\n<lora:${RISO}:0.7>`);
  });

  it.each([false, true])('have no serious finding (dark: %s)', async (isDark) => {
    easel = await Driver.visit(browser(), { url: server().url, isDark });
    await easel.write(`a boat <lora:${RISO}:0.7> <lora:gone:1>, ${MIRA}`);
    await easel.openParameters();
    await openPanel();
    await panel().getByText('There is no LoRA of this name').waitFor();
    expect(await findingsOf(easel)).toEqual([]);
    await shoot(`networks-${isDark ? 'dark' : 'light'}`);
  });

  it('fit a phone, in Chinese too', async () => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone: true, language: 'zh-CN' });
    await easel.write(`一艘船 <lora:${RISO}:0.7>`);
    await easel.button('参数').tap();
    await easel.page.getByRole('dialog').waitFor();
    await openPanel();
    await panel()
      .getByRole('spinbutton', { name: `${RISO} 的权重` })
      .waitFor();
    await panel().scrollIntoViewIfNeeded();
    expect(await findingsOf(easel)).toEqual([]);
    expect(await smallTargetsOf(easel)).toEqual([]);
    await shoot('networks-phone');
  });

  /** For eyes: only where a folder is asked for. */
  const shoot = async (name: string): Promise<void> => {
    const folder = process.env['EASEL_SHOTS'];
    if (folder !== undefined) await easel.page.screenshot({ path: `${folder}/${name}.png` });
  };
});
