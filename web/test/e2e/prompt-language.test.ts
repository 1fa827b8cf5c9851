/** What the prompt's language does to pictures, measured on the demo model's pixels. */
import { afterEach, expect, it, vi } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { ImageList, ImageView } from '@easel/shared/http/images';

const SEED = '20';
/** Of each prompt: one alone may say the contrary. */
const PICTURES = 3;

describeInBrowser('the language of prompts', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  let count = 0;
  afterEach(() => easel.close());

  async function begin(): Promise<void> {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.openParameters();
    await easel.setSteps(10);
    await easel.page.locator('#seed').fill(SEED);
    await easel.page.locator('#seed').press('Enter');
    await easel.page.locator('#count').fill(String(PICTURES));
    await easel.page.locator('#count').press('Enter');
  }

  /** Pixels of the pictures of a prompt, always of the same seeds. */
  async function paint(prompt: string): Promise<number[][]> {
    await easel.write(prompt);
    await easel.generate();
    count += PICTURES;
    // More than the gallery has in sight.
    const made = await vi.waitUntil(
      async () => {
        const { images, total } = await server().get<ImageList>('/images');
        return total === count ? images.slice(0, PICTURES) : null;
      },
      { timeout: 90_000, interval: 300 },
    );
    const [first] = made;
    expect((await server().get<ImageView>(`/images/${first?.id}`)).parameters.prompt).toBe(prompt);
    // The newest comes first.
    const inOrder = made.toReversed();
    return Promise.all(inOrder.map(async ({ id }) => pixelsOf(id)));
  }

  /** RGB, row by row, as the browser decodes it. */
  async function pixelsOf(id: string): Promise<number[]> {
    return easel.page.evaluate(async (path) => {
      const picture = await createImageBitmap(await (await fetch(path)).blob());
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      context?.drawImage(picture, 0, 0);
      const { data = [] } = context?.getImageData(0, 0, picture.width, picture.height) ?? {};
      return [...data].filter((_, i) => i % 4 !== 3);
    }, `/api/v1/images/${id}/file`);
  }

  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  /** How much more red than anything else there is, in shades of 255. */
  const redness = (pictures: readonly number[][]): number =>
    average(
      pictures.map((rgb) => {
        let sum = 0;
        for (let i = 0; i < rgb.length; i += 3) {
          const [r = 0, g = 0, b = 0] = rgb.slice(i, i + 3);
          sum += Math.max(0, r - Math.max(g, b));
        }
        return sum / (rgb.length / 3);
      }),
    );

  /** Mean difference of two rows of pictures, in shades of 255. */
  const distance = (a: readonly number[][], b: readonly number[][]): number =>
    average(a.map((rgb, i) => average(rgb.map((value, at) => Math.abs(value - (b[i]?.[at] ?? 0))))));

  it('shows weights', async () => {
    await begin();
    const [less, more] = [await paint('a (red:0.6) house on a hill'), await paint('a (red:1.4) house on a hill')];
    expect(redness(more)).toBeGreaterThan(1.2 * redness(less));
  });

  it('changes the subject at the step that it says', async () => {
    await begin();
    const [sun, moon] = [await paint('a sun over a hill'), await paint('a moon over a hill')];
    const switched = await paint('[a sun:a moon:0.5] over a hill');
    expect(distance(switched, sun)).toBeGreaterThan(0);
    expect(distance(switched, moon)).toBeGreaterThan(0);
    // What is there at half time stays where it is.
    expect(distance(switched, sun)).toBeLessThan(distance(moon, sun));
  });

  it('takes a prompt apart at BREAK, and goes on beyond 75 tokens', async () => {
    await begin();
    await easel.write('a red house BREAK a blue boat');
    await easel.page.getByText('78/150').waitFor();
    const [joined, broken] = [await paint('a red house a blue boat'), await paint('a red house BREAK a blue boat')];
    expect(distance(joined, broken)).toBeGreaterThan(0);
    const words = 'a red house on a green hill, '.repeat(25);
    await easel.write(`${words}at night`);
    await easel.page.getByText('208/225').waitFor();
    const [long, longer] = [await paint(`${words}at night`), await paint(`${words}at noon`)];
    // The last words count as well.
    expect(distance(long, longer)).toBeGreaterThan(0);
  });

  it('draws more in the style of a LoRA the more it weighs, and nothing of it at 0', async () => {
    await begin();
    const scene = 'a yellow house on a green hill, riso print';
    const plain = await paint(scene);
    const weighed = async (weight: number): Promise<number> =>
      distance(await paint(`${scene} <lora:easel-demo-riso:${weight}>`), plain);
    expect(await weighed(0)).toBe(0);
    const [half, whole] = [await weighed(0.5), await weighed(1)];
    expect(half).toBeGreaterThan(2);
    expect(whole).toBeGreaterThan(1.2 * half);
  });
});
