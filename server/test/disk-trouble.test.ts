/** The disk refuses a picture: tried again for a while, then said honestly; never "done" without a picture. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await openTestStudio();
});
afterAll(async () => {
  await studio.end();
  await removeFolders(studio.folders);
});

describe('a disk that refuses', () => {
  it('is asked again, and the picture is kept when it takes it', async () => {
    studio.pictures.refusals = 2;
    expect(await studio.ended((await studio.submit()).id)).toMatchObject({
      state: 'done',
      images: [expect.any(String)],
    });
  });

  it('fails the job with storage_unavailable when it goes on refusing, and the next job is tried', async () => {
    studio.pictures.refusals = 4;
    const failed = await studio.submit({ count: 2, prompt: '[slow=10]' });
    const next = await studio.submit();
    expect(await studio.ended(failed.id)).toMatchObject({
      state: 'failed',
      images: [],
      error: { code: 'storage_unavailable' },
    });
    expect(await studio.ended(next.id)).toMatchObject({ state: 'done' });
  });
});
