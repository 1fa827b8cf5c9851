/** What a person sees when the server says no, or nothing at all. */
import { afterEach, expect, it } from 'vitest';

import { describeInBrowser, useBrowser } from '../support/chromium.ts';
import { Driver } from '../support/driver.ts';
import { useServer } from '../support/server.ts';

import type { JobList } from '@easel/shared/http/jobs';

describeInBrowser('refusals and losses', () => {
  const browser = useBrowser();
  const server = useServer();
  let easel: Driver;
  afterEach(() => easel.close());

  it('says what is wrong with a prompt that is too long, marks it, and queues nothing', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.write('a very long prompt '.repeat(6000));
    await easel.generate();
    const alert = easel.page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('The prompt is too long');
    expect(await alert.textContent()).toMatch(/100.?000/);
    expect(await easel.prompt.getAttribute('aria-invalid')).toBe('true');
    expect((await server().get<JobList>('/jobs')).jobs).toEqual([]);

    await easel.write('a short one');
    await alert.waitFor({ state: 'detached' });
    expect(await easel.prompt.getAttribute('aria-invalid')).toBe('false');
  });

  it('asks for a prompt first, and takes a second press as meant', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await easel.generate();
    await easel.page.getByText('Describe the picture first.').waitFor();
    expect((await server().get<JobList>('/jobs')).jobs).toEqual([]);
    await easel.generate();
    await easel.waitForPictures(1);
  });

  it('stays calm while the server is away and catches up when it is back', async () => {
    easel = await Driver.visit(browser(), { url: server().url });
    await server().stop();
    await easel.page.getByText('Connection lost.').waitFor();
    await easel.write('a house');
    await easel.generate();
    await easel.page.getByText('The server does not answer').waitFor();

    await server().resume();
    await easel.page.getByText('Connection lost.').waitFor({ state: 'detached', timeout: 30_000 });
    await easel.generate();
    await easel.waitForPictures(2);
    expect((await server().get<JobList>('/jobs')).jobs.map((job) => job.state)).toEqual(['done', 'done']);
  });
});
