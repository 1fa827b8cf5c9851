/** The page in Chinese: no English is left but what is data (prompts, names of models, samplers and files). */
import { setTimeout } from 'node:timers/promises';

import { afterEach, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer, type RealServer } from '../support/server.ts';

import type { CatalogueView } from '@easel/shared/http/catalogue';
import type { ModelList } from '@easel/shared/http/models';

/** Names that are the same in every language. */
const NAMES = [
  'Easel',
  'English',
  'CLIP',
  'CPU',
  'Ctrl',
  'Alt',
  'Shift',
  'Enter',
  'Esc',
  'Del',
  'MB',
  'GB',
  'kB',
  'HTTPS',
  'torch',
  'LoRA',
  'SGM',
  'KL',
  'NVIDIA',
  'ComfyUI',
  'diffusers',
  'PyTorch',
  'CUDA',
  'DPM++',
  'SD1',
  'CFG++',
  'DPM-Solver',
  'eta',
  'Eta',
  'Rho',
  'Sigma',
  'FreeU',
  'VAE',
  'TAESD',
];

const PROMPT = 'a red house';

/** Words of two Latin letters or more that a person sees or hears. */
async function latinWordsOf(easel: Driver, data: string[]): Promise<string[]> {
  const texts = await easel.page.evaluate(() => {
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Text) {
        if (node.parentElement?.closest('script, style, textarea, [contenteditable]') === null) found.push(node.data);
      } else if (node instanceof Element) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-roledescription', 'aria-valuetext']) {
          const value = node.getAttribute(name);
          if (value !== null) found.push(value);
        }
      }
    }
    return found;
  });
  const known = [...data, ...NAMES].sort((a, b) => b.length - a.length);
  return texts
    .map((text) => known.reduce((rest, word) => rest.replaceAll(word, ' '), text))
    .filter((text) => /[A-Za-z]{2,}/.test(text));
}

/** The list once the server has looked into the files. */
async function waitForModels(server: RealServer): Promise<ModelList> {
  const list = await server.get<ModelList>('/models');
  if (list.defaultModel !== null) return list;
  await setTimeout(200);
  return waitForModels(server);
}

describeInBrowser('in Chinese', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it('leaves no English in any view', async () => {
    await waitForModels(server());
    const { models } = await server().get<ModelList>('/models?kind=all');
    const catalogue = await server().get<CatalogueView>('/catalogue');
    const data = [
      PROMPT,
      ...models.flatMap((model) => [model.name, model.fileName, model.familyLabel ?? '', ...model.examples]),
      ...models.map(({ id }) => id.replace(/^.*:/, '')),
      ...[...catalogue.samplers, ...catalogue.schedules, ...catalogue.rngs].map((entry) => entry.label),
    ].filter((text) => text !== '');

    easel = await Driver.visit(browser(), { url: server().url, language: 'zh-CN' });
    expect(await easel.page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await latinWordsOf(easel, data), 'first view').toEqual([]);

    await easel.button('生成').click();
    await easel.page.getByText('请先描述画面').waitFor();
    await easel.button('高级').click();
    await easel.page.getByText('微调').click();
    for (const id of ['model', 'sampler', 'schedule', 'rng']) {
      await easel.page.locator(`#${id}`).click();
      await easel.page.getByRole('listbox').waitFor();
      expect(await latinWordsOf(easel, data), id).toEqual([]);
      await easel.page.keyboard.press('Escape');
      await easel.page.getByRole('listbox').waitFor({ state: 'detached' });
    }
    await easel.button('设置').click();
    await easel.page.getByRole('menu').waitFor();
    expect(await latinWordsOf(easel, data), 'settings').toEqual([]);
    await easel.page.getByText('键盘快捷键').click();
    await easel.page.getByRole('dialog').waitFor();
    expect(await latinWordsOf(easel, data), 'shortcuts').toEqual([]);
    await easel.page.keyboard.press('Escape');
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });

    await easel.write(PROMPT);
    await easel.button('生成').click();
    await easel.waitForStep(2);
    expect(await latinWordsOf(easel, data), 'while it is made').toEqual([]);
    await easel.waitForPictures(1);
    await easel.pictures.first().click();
    await easel.page.getByText('生成时间').waitFor();
    await easel.button(/^队列/).click();
    await easel.page.getByText('今天已结束').waitFor();
    const { images } = await server().get<{ images: { id: string }[] }>('/images');
    const { fileName } = await server().get<{ fileName: string }>(`/images/${images[0]?.id}`);
    expect(await latinWordsOf(easel, [...data, fileName]), 'picture and queue').toEqual([]);
    await easel.page.keyboard.press('Escape');

    await easel.write('长'.repeat(100_001));
    await easel.button('生成').click();
    await easel.page.getByText('提示词太长').waitFor();
    expect(await latinWordsOf(easel, [...data, fileName]), 'refusal').toEqual([]);
  });

  it('can be chosen in the settings and is remembered', async () => {
    easel = await Driver.visit(browser(), { url: server().url, language: 'de-DE' });
    await easel.button('Settings').click();
    await easel.page.getByText('简体中文').click();
    await easel.button('生成').waitFor();
    await easel.reload();
    await easel.button('生成').waitFor();
    expect(await easel.page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  it('nor on the page of models', async () => {
    const { defaultModel } = await waitForModels(server());
    easel = await Driver.visit(browser(), { url: server().url, language: 'zh-CN' });
    await easel.button('模型').click();
    await easel.page.locator(`[data-model="${defaultModel}"]`).click();
    await easel.page.locator('#default-steps').waitFor();
    await easel.page.getByText('旧式哈希').waitFor();
    // By now the hashes are known.
    const { models } = await server().get<ModelList>('/models?kind=all');
    const data = [
      PROMPT,
      ...models.flatMap((model) => [model.id, model.name, model.fileName, model.familyLabel ?? '', ...model.examples]),
      ...models.flatMap((model) => Object.values(model.hashes).map((hash) => hash ?? '')),
      // Keys and values that stand in files, and names of formats and methods.
      'modelspec.architecture',
      'modelspec.prediction_type',
      'stable-diffusion-v1',
      'epsilon',
      'safetensors',
      'ControlNet',
      'SHA',
      'AutoV',
      'EMA',
      'models',
      '--models-from',
      'DPM++',
      'Karras',
    ].filter((text) => text !== '');
    expect(await latinWordsOf(easel, data), 'a model').toEqual([]);
    for (const [name, id] of [
      ['转换…', 'work-output'],
      ['与其他模型合并…', 'merge-weight-0'],
    ] as const) {
      await easel.button(name).click();
      await easel.page.locator(`#${id}`).waitFor();
      expect(await latinWordsOf(easel, [...data, 'merged', 'converted']), name).toEqual([]);
      await easel.page.keyboard.press('Escape');
      await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });
});
