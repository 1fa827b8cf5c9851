/**
 * Easel as a person uses it: writes a prompt, generates, watches, opens, uses all. Tests speak through this, so that a
 * moved button is one change here.
 */
import type { Browser, Locator, Page } from 'playwright-core';

export interface Visit {
  url: string;
  isPhone?: boolean;
  isDark?: boolean;
  language?: string;
}

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** A 20-step picture of the demo model takes seconds; a busy machine some more. */
const PICTURE_MS = 90_000;

export class Driver {
  /** What the browser complained about: errors of the page and of its policy. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A refused request is an answer, not an error of the page.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.complaints.push(message.text());
    });
  }

  static async visit(
    browser: Browser,
    { url, isPhone = false, isDark = false, language = 'en-GB' }: Visit,
  ): Promise<Driver> {
    const context = await browser.newContext({
      viewport: isPhone ? PHONE : DESK,
      hasTouch: isPhone,
      isMobile: isPhone,
      locale: language,
      colorScheme: isDark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const driver = new Driver(page);
    await page.goto(url);
    await driver.isReady();
    return driver;
  }

  /** Waits until the form, its editor and the connection are there. */
  async isReady(): Promise<void> {
    await this.page.locator('#prompt[contenteditable="true"]').waitFor();
    await this.page.locator('header [role="img"]').waitFor({ timeout: 30_000 });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  get prompt(): Locator {
    return this.page.locator('#prompt');
  }

  /** What stands in the prompt. */
  async promptText(): Promise<string> {
    const lines = await this.prompt.locator('.cm-line').allInnerTexts();
    // An empty editor holds its placeholder in the line.
    const isEmpty = (await this.prompt.locator('.cm-placeholder').count()) > 0;
    return isEmpty ? '' : lines.map((line) => line.replace(/\n$/, '')).join('\n');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  async write(text: string): Promise<void> {
    await this.prompt.fill(text);
  }

  async generate(): Promise<void> {
    await this.button('Generate').click();
    // A second press while it is being sent would be none.
    await this.button('Generate').waitFor();
  }

  async openParameters(): Promise<void> {
    await this.button('Advanced').click();
    await this.page.locator('#steps').waitFor();
  }

  async setSteps(steps: number): Promise<void> {
    await this.page.locator('#steps').fill(String(steps));
    await this.page.locator('#steps').press('Enter');
  }

  /** Pictures in the gallery's grid as far as it is in sight. */
  get pictures(): Locator {
    return this.page.locator('[data-image]');
  }

  async waitForPictures(count: number): Promise<void> {
    await this.page.waitForFunction((wanted) => document.querySelectorAll('[data-image]').length === wanted, count, {
      timeout: PICTURE_MS,
    });
  }

  async waitForStep(step: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => Number(document.querySelector('img[data-step]')?.getAttribute('data-step') ?? 0) >= wanted,
      step,
      { timeout: PICTURE_MS },
    );
  }

  /** Begins to look at every preview; the function returned says how many different ones there were. */
  async watchPreviews(): Promise<() => Promise<number>> {
    await this.page.evaluate(() => {
      const seen = new Set<string>();
      (window as unknown as { seen: Set<string> }).seen = seen;
      const look = async (): Promise<void> => {
        const image = document.querySelector<HTMLImageElement>('img[data-step]');
        if (!image) return;
        await image.decode().catch(() => undefined);
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        if (canvas.width === 0) return;
        canvas.getContext('2d')?.drawImage(image, 0, 0);
        seen.add(canvas.toDataURL());
      };
      new MutationObserver(() => void look()).observe(document.body, {
        subtree: true,
        childList: true,
        attributeFilter: ['src'],
      });
    });
    return () => this.page.evaluate(() => (window as unknown as { seen: Set<string> }).seen.size);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.isReady();
  }
}
