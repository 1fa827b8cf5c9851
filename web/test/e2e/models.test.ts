/** The models page: findings with their evidence and a correction, a wrong file's reason, converting with progress and cancel. */
import { copyFile, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { findingsOf, smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ModelDetail } from '@easel/shared/http/model-details';
import type { ModelList } from '@easel/shared/http/models';

const DEMO = join(import.meta.dirname, '../../../models/checkpoints/easel-demo');
const RISO = join(import.meta.dirname, '../../../models/loras/easel-demo-riso.safetensors');
/** Bytes of training averages in the large file, so that converting it takes a while. They take no room on the disk. */
const AVERAGES_BYTES = 1_200_000_000;

/** The demo model with a large tensor behind it that no picture needs. */
async function writeLarge(path: string): Promise<void> {
  const bytes = await readFile(`${DEMO}.safetensors`);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const dataBytes = bytes.length - 8 - length;
  header['model_ema.diffusion_model.large'] = {
    dtype: 'F32',
    shape: [AVERAGES_BYTES / 4],
    data_offsets: [dataBytes, dataBytes + AVERAGES_BYTES],
  };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  const file = await open(path, 'w');
  await file.writev([size, text, bytes.subarray(8 + length)]);
  await file.truncate(8 + text.length + dataBytes + AVERAGES_BYTES);
  await file.close();
}

let checkpoints = '';
const prepare = async (folder: string): Promise<string> => {
  checkpoints = join(folder, 'models', 'checkpoints');
  await mkdir(join(folder, 'models', 'loras'), { recursive: true });
  await mkdir(checkpoints, { recursive: true });
  for (const ending of ['.safetensors', '.json']) await copyFile(DEMO + ending, join(checkpoints, `demo${ending}`));
  await writeFile(
    join(checkpoints, 'demo.civitai.info'),
    JSON.stringify({ trainedWords: ['brush strokes'], baseModel: 'SD 1.5', description: '<b>Bold</b> colours.' }),
  );
  await writeFile(join(checkpoints, 'broken.safetensors'), 'this is no model');
  await copyFile(RISO, join(folder, 'models', 'loras', 'ink.safetensors'));
  await writeLarge(join(checkpoints, 'large.safetensors'));
  return join(folder, 'models');
};

describeInBrowser('the models page', () => {
  const browser = useBrowser();
  const server = useServer(prepare);
  let easel: Driver;
  afterEach(() => easel.close());

  const model = (id: string) => easel.page.locator(`[data-model="${id}"]`);
  const details = () => easel.page.locator('aside[aria-label^="About"]');
  const detail = (id: string) => server().get<ModelDetail>(`/models/${encodeURIComponent(id)}`);
  const openPage = async (isPhone = false, isDark = false): Promise<void> => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone, isDark });
    await easel.button('Models').click();
    await model('broken').waitFor();
    await expect
      .poll(async () => (await server().get<ModelList>('/models')).models.filter(({ isUsable }) => isUsable).length, {
        timeout: 20_000,
      })
      .toBeGreaterThanOrEqual(2);
  };

  it('says what a model is and by which evidence; a correction holds, and can be taken back', async () => {
    await openPage();
    await easel.page.getByRole('searchbox').fill('demo');
    await expect.poll(() => easel.page.locator('[data-model]').count()).toBe(2);
    await model('demo').click();
    await details().getByText('modelspec.architecture says stable-diffusion-v1').waitFor();
    await details()
      .getByText(/it predicts epsilon, because/)
      .waitFor();

    await easel.page.locator('#finding-prediction').click();
    await easel.page.getByRole('option', { name: 'Velocity (v)' }).click();
    await details().getByText('Corrected').waitFor();
    await details()
      .getByText(/Found: Noise/)
      .waitFor();
    expect((await detail('demo')).overrides).toEqual({ prediction: 'v' });

    // The address holds the model, and the correction holds after a reload.
    await easel.page.reload();
    await details().getByText('Corrected').waitFor();
    await easel.button(/^Reset The network predicts/).click();
    await details().getByText('Corrected').waitFor({ state: 'detached' });
    expect((await detail('demo')).overrides).toEqual({});
    expect(easel.complaints).toEqual([]);
  });

  it('says why a wrong file cannot be used', async () => {
    await openPage();
    await expect.poll(() => model('broken').getByText('Cannot be used').isVisible()).toBe(true);
    await model('broken').click();
    await details().getByText('The file is not a readable checkpoint').waitFor();
    await details()
      .getByText(/broken\.safetensors is not a readable checkpoint: it is a text file/)
      .waitFor();
    expect(await easel.button('Use this model').count()).toBe(0);
    await model('lora:ink').click();
    await details().getByText('Write <lora:ink:1> into the prompt.').waitFor();
    await details().getByText('SD 1 · LoCon · rank 1–8 · U-Net').waitFor();
    expect(await easel.button('Use this model').count()).toBe(0);
  });

  it('keeps notes, words and defaults, and the form follows them', async () => {
    await openPage();
    await model('demo').click();
    await easel.page.locator('#default-steps').fill('11');
    await easel.page.locator('#default-steps').press('Enter');
    await easel.page.getByRole('textbox', { name: 'Notes' }).fill('Good for houses.');
    await easel.page.getByRole('textbox', { name: 'Add a trigger word' }).fill('in the snow');
    await easel.page.getByRole('textbox', { name: 'Add a trigger word' }).press('Enter');
    await easel.button('Remove “in the snow”').waitFor();
    await expect
      .poll(async () => {
        const { notes, triggerWords, ownDefaults } = await detail('demo');
        return { notes, triggerWords, ownDefaults };
      })
      .toEqual({ notes: 'Good for houses.', triggerWords: ['in the snow'], ownDefaults: { steps: 11 } });
    await easel.button('Add “brush strokes” to the prompt').click();
    await easel.button(/^Use this model$|^In use$/).click();
    await expect.poll(() => easel.promptText()).toBe('brush strokes');
    await easel.openParameters();
    expect(await easel.page.locator('#steps').inputValue()).toBe('11');
  });

  it('converts with progress and cancel, and shows what was made', async () => {
    await openPage();
    await model('large').click();
    await easel.button('Convert…').click();
    await easel.page.locator('#work-output').fill('half/large');
    await easel.page.locator('#work-precision').click();
    await easel.page.getByRole('option', { name: /^16-bit floats/ }).click();
    await easel.page.getByRole('dialog').getByRole('button', { name: 'Convert', exact: true }).click();
    const bar = easel.page.getByRole('dialog').getByRole('progressbar');
    await expect
      .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 30_000, interval: 50 })
      .toBeGreaterThan(0);
    await easel.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await easel.page.getByText('Cancelled. Nothing was kept.').waitFor({ timeout: 30_000 });
    await expect
      .poll(async () => (await readdir(checkpoints, { recursive: true })).filter((name) => /half.large/.test(name)))
      .toEqual([]);
    await easel.page.keyboard.press('Escape');

    await model('demo').click();
    await easel.button('Convert…').click();
    // A name that is taken is refused at its field.
    await easel.page.locator('#work-output').fill('demo');
    await easel.page.locator('#work-output').press('Enter');
    await easel.page.locator('#work-output-error').waitFor();
    await easel.page.locator('#work-output').fill('half/demo');
    await easel.page.locator('#work-output').press('Enter');
    await easel.page.getByText('half/demo is ready').waitFor({ timeout: 30_000 });
    await easel.button('Show it').click();
    await details().getByText('half/demo', { exact: true }).waitFor();
    await expect.poll(async () => (await detail('half/demo')).isUsable, { timeout: 20_000 }).toBe(true);
    expect(easel.complaints).toEqual([]);
  });

  it.each([false, true])('has no finding of axe, and is worked by keys (dark: %s)', async (isDark) => {
    await openPage(false, isDark);
    expect(await findingsOf(easel), 'pictures').toEqual([]);
    await easel.button('Show a list').click();
    expect(await findingsOf(easel), 'list').toEqual([]);
    await easel.page.locator('[data-model]').first().focus();
    await easel.page.keyboard.press('ArrowDown');
    await easel.page.keyboard.press('Enter');
    await details().getByRole('heading', { name: 'Notes' }).waitFor();
    await model('demo').click();
    await easel.page.locator('#default-steps').waitFor();
    expect(await findingsOf(easel), 'details').toEqual([]);
    await easel.button('Merge with others…').click();
    await easel.page.locator('#merge-weight-0').waitFor();
    expect(await findingsOf(easel), 'merge').toEqual([]);
    await easel.page.keyboard.press('Escape');
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    await easel.button('Choose a picture').click();
    await easel.page.getByRole('dialog').waitFor();
    expect(await findingsOf(easel), 'picker').toEqual([]);
    await easel.page.keyboard.press('Escape');
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    // Escape leads back to the studio; its key, back here.
    await easel.page.keyboard.press('Escape');
    await easel.prompt.waitFor();
    await easel.page.locator('header').click();
    await easel.page.keyboard.press('Shift+M');
    await model('demo').waitFor();
  });

  it('fits a phone: a list, a model, and back', async () => {
    await openPage(true);
    await expect.poll(() => smallTargetsOf(easel), { message: 'list' }).toEqual([]);
    await model('demo').tap();
    await easel.page.locator('#default-steps').waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'details' }).toEqual([]);
    expect(await findingsOf(easel), 'details').toEqual([]);
    await easel.button('Convert…').tap();
    await easel.page.locator('#work-output').waitFor();
    await expect.poll(() => smallTargetsOf(easel), { message: 'convert' }).toEqual([]);
    await easel.button('Close').tap();
    await easel.page.getByRole('dialog').waitFor({ state: 'detached' });
    await easel.page.goBack();
    await expect.poll(() => model('demo').isVisible()).toBe(true);
    await easel.page.goBack();
    await expect.poll(() => easel.prompt.isVisible()).toBe(true);
    expect(await easel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
