/** Stopping a job half-way, and what is left of it. */
import { afterEach, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { PictureJobView } from '@easel/shared/http/jobs';

describeInBrowser('cancelling', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it('stops mid-way when Escape is pressed twice, and not at once', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.openParameters();
    await easel.setSteps(150);
    await easel.write('a yellow boat on the sea at sunset');
    await easel.generate();
    await easel.waitForStep(3);

    await easel.page.keyboard.press('Escape');
    await easel.page.getByText('Press Esc once more to cancel').waitFor();
    expect((await server().get<{ jobs: PictureJobView[] }>('/jobs')).jobs[0]?.state).toBe('running');
    await easel.page.keyboard.press('Escape');

    await easel.page.getByText('Cancelled', { exact: true }).first().waitFor();
    await easel.page.getByText('What shall we paint?').waitFor();
    const [job] = (await server().get<{ jobs: PictureJobView[] }>('/jobs')).jobs;
    expect(job).toMatchObject({ state: 'cancelled', images: [] });
    expect(await easel.pictures.count()).toBe(0);
  });

  it('cancels one that waits from the queue while the other goes on', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('first');
    await easel.openParameters();
    await easel.setSteps(60);
    await easel.generate();
    await easel.write('second');
    await easel.generate();
    await easel.button(/^Queue 2/).click();
    await easel.button('Cancel “second”').click();
    const stateOf = async (prompt: string): Promise<string | undefined> =>
      (await server().get<{ jobs: PictureJobView[] }>('/jobs')).jobs.find((job) => job.parameters.prompt === prompt)
        ?.state;
    // Asked of the server: the page may show a job cancelled before this one.
    await expect.poll(async () => stateOf('second')).toBe('cancelled');
    await easel.page.getByText('Cancelled ·').first().waitFor();
    expect(['running', 'queued', 'done']).toContain(await stateOf('first'));
  });
});
