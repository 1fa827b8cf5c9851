/** A tiny autoencoder among the VAEs is used for the previews of models of its line. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { makeFolders, openTestStudio, removeFolders, type TestStudio } from './support/test-studio.ts';

let studio: TestStudio;

/** The line the engine wrote about a job that was run with these files among the VAEs. */
async function runWith(...files: string[]): Promise<string> {
  const folders = await makeFolders();
  await mkdir(join(folders.models, 'vae'), { recursive: true });
  for (const file of files) await writeFile(join(folders.models, 'vae', file), 'a few weights');
  studio = await openTestStudio({ folders });
  const { id } = await studio.submit({ prompt: 'a red house' });
  expect((await studio.ended(id)).state).toBe('done');
  const lines = (await readFile(join(folders.notes, 'runs.txt'), 'utf8')).split('\n');
  return lines.find((line) => line.startsWith(id)) ?? '';
}

describe('a tiny autoencoder', () => {
  afterEach(async () => {
    await studio.end();
    await removeFolders(studio.folders);
  });

  it('of the line of the model decodes its previews', async () => {
    const files = ['taesd_encoder.safetensors', 'taesd_decoder.safetensors', 'taesdxl_decoder.safetensors'];
    expect(await runWith(...files)).toContain('previews: taesd_decoder.safetensors');
  });

  it('named after the model comes before the one of its line', async () => {
    const files = ['taesd_decoder.safetensors', 'tiny.taesd.safetensors'];
    expect(await runWith(...files)).toContain('previews: tiny.taesd.safetensors');
  });

  it('named after another model does not', async () => {
    expect(await runWith('easel-demo.taesd.safetensors', 'taesd_decoder.safetensors')).toContain(
      'previews: taesd_decoder',
    );
    await studio.end();
    await removeFolders(studio.folders);
    expect(await runWith('easel-demo.taesd.safetensors')).not.toContain('previews');
  });

  it('of another line does not', async () => {
    expect(await runWith('taesdxl_decoder.safetensors', 'taesd3_decoder.safetensors')).not.toContain('previews');
  });
});
