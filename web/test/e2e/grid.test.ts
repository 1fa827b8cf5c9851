/** Grids by mouse and keyboard: two axes make four pictures and a sheet; a cell is opened; one is cancelled half-way. */
import { afterEach, expect, it } from 'vitest';

import { findingsOf, smallTargetsOf } from '../support/audit.ts';
import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { GridView } from '@easel/shared/http/grids';
import type { ImageList, ImageView } from '@easel/shared/http/images';

/** Pictures of 64 px take a moment each. */
const GRID_MS = 90_000;

describeInBrowser('grids', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  const visit = async (more: Partial<Parameters<typeof Driver.visit>[1]> = {}): Promise<void> => {
    easel = await Driver.visit(browser(), { url: server().url, ...more });
  };
  /** Kept where somebody wants to look at them. */
  const shoot = async (name: string): Promise<void> => {
    const folder = process.env['GRID_SCREENSHOTS'];
    if (folder !== undefined) await easel.page.screenshot({ path: `${folder}/${name}.png` });
  };
  /** @param option its label, with the group it is in */
  const chooseAxis = async (name: string, search: string, option: string): Promise<void> => {
    await easel.page.getByRole('button', { name: `${name} axis: what it changes` }).click();
    await easel.page.getByPlaceholder('Search parameters…').fill(search);
    await shoot(`choose-${search}`);
    await easel.page.getByRole('option', { name: option, exact: true }).click();
    await easel.page.getByRole('textbox', { name: `${name} axis: values` }).waitFor();
  };
  const values = (name: string) => easel.page.getByRole('textbox', { name: `${name} axis: values` });
  const axis = (name: string) => easel.page.locator(`[data-axis="${name}"]`);
  const cells = (state?: string) => easel.page.locator(`[data-cell-state${state === undefined ? '' : `="${state}"`}]`);
  const openForm = async (): Promise<void> => {
    await easel.openParameters();
    await easel.button('X/Y/Z grid…').click();
    await easel.page.getByRole('heading', { name: 'New grid' }).waitFor();
  };
  const openedGrid = async (): Promise<GridView> =>
    server().get<GridView>(`/grids/${new URL(easel.page.url()).searchParams.get('grid')}`);

  it('show what values come to while they are typed, make them, and save a sheet', async () => {
    await visit();
    await easel.write('a red house by a lake');
    await easel.openParameters();
    for (const name of [/^Width/, /^Height/]) {
      const field = easel.page.getByRole('spinbutton', { name }).first();
      await field.fill('64');
      await field.press('Enter');
    }
    await easel.button('X/Y/Z grid…').click();

    await values('X').fill('2, 4-4');
    await axis('X').getByText('2 values: 2, 4').waitFor();
    await values('X').fill('2, many');
    await axis('X').getByText('“many” is no number.').waitFor();
    expect(await easel.button('Make a grid').isDisabled()).toBe(true);
    await values('X').fill('2-4 (+2)');
    await chooseAxis('Y', 'guid', 'Guidance Basics');
    await values('Y').fill('2, 99');
    await axis('Y').getByText('“99” is outside of what is allowed: 1 – 30.').waitFor();
    await values('Y').fill('2, 6');
    await easel.page.getByText('2 × 2 · ').waitFor();
    await shoot('form');
    expect(await findingsOf(easel), 'form').toEqual([]);

    await values('Y').press('Enter');
    await cells().nth(3).waitFor();
    await easel.button('Open the sheet').waitFor({ timeout: GRID_MS });
    await cells('done').nth(3).waitFor();
    expect(await easel.page.getByRole('columnheader').allInnerTexts()).toEqual(['Steps 2', 'Steps 4']);
    expect(await easel.page.getByRole('rowheader').allInnerTexts()).toEqual(['Guidance 2', 'Guidance 6']);
    await shoot('grid');
    expect(await findingsOf(easel), 'grid').toEqual([]);

    // From cell to cell by arrow keys, and into the picture.
    await cells().first().focus();
    await easel.page.keyboard.press('ArrowRight');
    await easel.page.keyboard.press('ArrowDown');
    await easel.page.keyboard.press('Enter');
    await easel.button('Open the grid').waitFor();
    // The queue has one row for all of them.
    await easel.button(/^Queue/).click();
    await easel.button('and 3 more of the grid').waitFor();
    await shoot('grid-queue');
    await easel.page.keyboard.press('Escape');
    const grid = await server()
      .get<{ grids: GridView[] }>('/grids')
      .then(({ grids }) => grids[0]);
    const opened = await server().get<ImageView>(`/images/${new URL(easel.page.url()).searchParams.get('picture')}`);
    expect(opened.parameters).toMatchObject({ steps: 4, guidance: 6, width: 64 });
    expect(opened.grid).toBe(grid?.id);
    await shoot('cell');
    await easel.page.goBack();
    await cells('done').nth(3).waitFor();

    await easel.button('Open the sheet').click();
    await easel.button('Open the grid').waitFor();
    await shoot('sheet');
    const { images, total } = await server().get<ImageList>('/images');
    expect(total).toBe(5);
    expect(images[0]).toMatchObject({ id: grid?.sheet, isSheet: true });
    const sheet = await server().get<ImageView>(`/images/${grid?.sheet}`);
    expect(sheet.infotext).toContain('X Type: Steps, X Values: 2-4 (+2), Y Type: CFG Scale, Y Values: "2, 6"');
    await easel.button('Open the grid').click();
    await easel.button('All grids').click();
    await easel.page.getByRole('button', { name: /^Steps × Guidance/ }).waitFor();
    // By now it is known how fast this machine is.
    await easel.page.getByText(/^2 × 2 · about /).waitFor();
    await shoot('list');
    expect(easel.complaints).toEqual([]);
  });

  it('are cancelled half-way, and keep what was made', async () => {
    await visit({ isDark: true });
    await easel.write('a boat');
    await openForm();
    await chooseAxis('X', 'seed', 'Seed Basics');
    await values('X').fill('1-20');
    await easel.button('Make 20 pictures').click();
    await cells('done').first().waitFor({ timeout: GRID_MS });
    await shoot('live-dark');
    await easel.button('Cancel the rest').click();
    await easel.page.getByText(/^Cancelled · /).waitFor();
    await expect.poll(async () => (await openedGrid()).endedAt, { timeout: 20_000 }).not.toBeNull();
    const grid = await openedGrid();
    expect(grid).toMatchObject({ state: 'cancelled', sheet: null, cells: 20 });
    expect(grid.done).toBeGreaterThan(0);
    expect(grid.done).toBeLessThan(20);
    expect(await cells('cancelled').count()).toBe(20 - grid.done);
    expect(await findingsOf(easel), 'cancelled').toEqual([]);
    // Its axes are at hand for another try.
    await easel.button('Use these axes').click();
    expect(await values('X').inputValue()).toBe('1-20');
    expect(easel.complaints).toEqual([]);
  });

  it('take samplers from a list, and say beside an axis what the server refuses', async () => {
    await visit();
    await easel.write('a lake');
    await openForm();
    await chooseAxis('X', 'sampl', 'Sampler Basics');
    await easel.button('X axis: choose values').click();
    await easel.page.getByRole('checkbox', { name: 'Euler', exact: true }).click();
    await easel.page.getByRole('checkbox', { name: 'Heun', exact: true }).click();
    await shoot('picker');
    await easel.page.keyboard.press('Escape');
    expect(await values('X').inputValue()).toBe('Euler, Heun');
    await chooseAxis('Y', 'model', 'Model Basics');
    await values('Y').fill('nobody');
    await axis('Y')
      .getByText(/There is no model "nobody"/)
      .waitFor();
    await shoot('refused');
    await easel.button('Swap X and Y').click();
    expect(await values('Y').inputValue()).toBe('Euler, Heun');
  });

  it('fit a phone', async () => {
    await visit({ isPhone: true });
    await easel.write('a lake');
    await easel.page.getByRole('button', { name: 'Parameters', exact: true }).tap();
    await easel.button('X/Y/Z grid…').tap();
    await easel.page.getByRole('heading', { name: 'New grid' }).waitFor();
    await chooseAxis('X', 'step', 'Steps Basics');
    await values('X').fill('1-3');
    await easel.button('Make 3 pictures').waitFor();
    await shoot('phone-form');
    expect(await smallTargetsOf(easel)).toEqual([]);
    expect(await findingsOf(easel), 'form').toEqual([]);
    await easel.button('Make 3 pictures').tap();
    await cells('done').nth(2).waitFor({ timeout: GRID_MS });
    await shoot('phone-grid');
    expect(await smallTargetsOf(easel)).toEqual([]);
    expect(await findingsOf(easel), 'grid').toEqual([]);
    const width = await easel.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(easel.complaints).toEqual([]);
  });

  it('speak Chinese', async () => {
    await visit({ language: 'zh-CN' });
    await easel.page.goto(`${server().url}/?grid=`);
    await easel.page.getByRole('heading', { name: '新建网格' }).waitFor();
    await easel.page.getByRole('textbox', { name: 'X 轴：取值' }).fill('1-5 (-1)');
    await easel.page.getByText('“1-5 (-1)”永远到不了终点：请改变步长的符号。').waitFor();
    await shoot('chinese');
    expect(easel.complaints).toEqual([]);
  });
});
