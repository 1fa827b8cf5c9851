/** Options by keyboard and mouse: set, made into a picture, shown beside it, brought back by "use all" to the byte. */
import { afterEach, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ImageList, ImageView } from '@easel/shared/http/images';

describeInBrowser('the options', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  const number = (name: RegExp) => easel.page.getByRole('spinbutton', { name });
  const setNumber = async (name: RegExp, text: string): Promise<void> => {
    await number(name).fill(text);
    await number(name).press('Enter');
  };

  it('decide the picture, stand beside it and come back with it', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a red house by a lake');
    await easel.openParameters();
    await easel.setSteps(6);
    await easel.button('Vary this seed').press('Enter');
    await setNumber(/^Variation strength/, '0.3');
    await easel.button('Fine tuning').click();
    await setNumber(/^Guidance rescale/, '0.7');
    await easel.page.getByRole('switch', { name: /^Discard penultimate sigma/ }).press('Space');
    await easel.generate();
    await easel.waitForPictures(1);

    const newest = async (): Promise<ImageView> => {
      const { images } = await server().get<ImageList>('/images');
      return server().get<ImageView>(`/images/${images[0]?.id}`);
    };
    const first = await newest();
    expect(first.parameters).toMatchObject({
      variationStrength: 0.3,
      guidanceRescale: 0.7,
      discardPenultimateSigma: true,
    });
    expect(first.parameters.variationSeed).toBeGreaterThanOrEqual(0);
    expect(first.infotext).toContain('Variation seed strength: 0.3');

    await easel.button('Reset all to the model’s defaults').click();
    expect(await easel.page.getByRole('spinbutton', { name: /^Guidance rescale/ }).inputValue()).toBe('0');
    await easel.pictures.first().click();
    await easel.page
      .getByRole('definition')
      .filter({ hasText: /^0\.7$/ })
      .waitFor();
    await easel.button('Use all').click();
    expect(await number(/^Variation seed/).inputValue()).toBe(String(first.parameters.variationSeed));
    await easel.generate();
    await easel.waitForPictures(2);
    const again = await newest();
    expect(again.id).not.toBe(first.id);
    const [one, other] = await Promise.all([first.id, again.id].map((id) => server().bytesOf(id)));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
    expect(easel.complaints).toEqual([]);
  });

  it('are refused beside the field that is wrong, on a phone too', async () => {
    easel = await Driver.visit(browser(), { url: server().url, isPhone: true });
    await easel.write('a boat');
    await easel.page.getByRole('button', { name: 'Parameters', exact: true }).click();
    await easel.button('Fine tuning').click();
    await setNumber(/^Guidance rescale/, '0.5');
    await setNumber(/^Mimic guidance/, '4');
    await easel.button('Close the parameters').click();
    await easel.button('Generate').click();
    await easel.page.getByText('Set one of the two to 0.').first().waitFor();
    await easel.page.getByRole('button', { name: 'Parameters', exact: true }).click();
    await easel.page.locator('[data-field="guidanceRescale"]').getByText('Set one of the two to 0.').waitFor();
  });
});
