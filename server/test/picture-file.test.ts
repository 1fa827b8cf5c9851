/** Picture files on a real disk: what is in them, that the same request gives the same bytes, and what a full disk does. */
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TextToImageParameters } from '@easel/shared/generation';
import { readInfotext } from '@easel/shared/infotext/read';
import { load as readTags } from 'exifreader';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPictureFiles } from '../src/services/picture-file.ts';
import type { PictureFiles, PictureFilesOptions, PictureToSave } from '../src/services/picture.ts';
import { insertTexts, readTexts } from '../src/services/png-text.ts';

const JOB = '0f3a9c27-b1d4-4e0f-9b6f-0c2b5d6e7f80';
const parameters: TextToImageParameters = {
  type: 'text-to-image',
  prompt: 'a red house',
  negativePrompt: 'blurry',
  model: 'demo/tiny',
  width: 72,
  height: 64,
  steps: 20,
  guidance: 7.5,
  sampler: 'euler-ancestral',
  schedule: 'karras',
  seed: 1_234_567,
  count: 1,
  clipSkip: 2,
  rng: 'nv',
};
const catalogue = {
  samplers: [
    {
      id: 'euler-ancestral',
      label: 'Euler a',
      aliases: [],
      summary: '',
      defaultSchedule: 'uniform',
      evaluationsPerStep: 1,
      isStochastic: true,
    },
  ],
  schedules: [{ id: 'karras', label: 'Karras', aliases: [], summary: '' }],
  families: [],
  rngs: [],
  options: [],
};
const rgb = Uint8Array.from({ length: 72 * 64 * 3 }, (_, index) => (index * 7) % 256);

let root: string;
let outputs: string;
let thumbnails: string;
let knownJobs: string[];
let passed: string[];

const open = (more: Partial<PictureFilesOptions> = {}): PictureFiles =>
  createPictureFiles({
    outputs,
    thumbnails,
    version: '0.1.0',
    failpoint: (name) => void passed.push(name),
    catalogue: () => catalogue,
    jobIdsStartingWith: async (prefix) => knownJobs.filter((id) => id.startsWith(prefix)),
    ...more,
  });
const picture = (more: Partial<PictureToSave> = {}, asked: Partial<TextToImageParameters> = {}): PictureToSave => ({
  imageId: 'aaaaaaaa-0000-4000-8000-000000000001',
  jobId: JOB,
  imageIndex: 3,
  width: 72,
  height: 64,
  rgb,
  parameters: { ...parameters, ...asked },
  modelName: 'Tiny, the title',
  modelSha256: 'ab'.repeat(32),
  createdAt: new Date(2026, 10, 23, 14, 25, 1).toISOString(),
  ...more,
});
const bytesOf = async (file: string): Promise<Buffer> => readFile(join(outputs, file));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'easel-pictures-'));
  outputs = join(root, 'outputs');
  thumbnails = join(root, 'thumbnails');
  knownJobs = [JOB];
  passed = [];
  await mkdir(outputs);
  await mkdir(thumbnails);
});
afterEach(async () => rm(root, { recursive: true, force: true }));

describe('a saved picture', () => {
  it('lies under a name made of day, time, seed, job and place, with a small WebP beside it', async () => {
    const saved = await open().save(picture());
    expect(saved.file).toBe('2026-11-23/142501-1234567-0f3a9c27b1d4-3.png');
    expect(saved.thumbnail).toBe('aa/aaaaaaaa-0000-4000-8000-000000000001.webp');
    expect((await sharp(join(thumbnails, saved.thumbnail as string)).metadata()).format).toBe('webp');
    expect(saved.sizeBytes).toBe((await bytesOf(saved.file)).length);
    expect(await readdir(join(outputs, '.tmp'))).toEqual([]);
    expect(passed).toEqual(['after-temp', 'after-rename', 'after-thumbnail']);
  });

  it('has exactly the pixels that were given', async () => {
    const { file } = await open().save(picture());
    const { data, info } = await sharp(await bytesOf(file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 72, height: 64, channels: 3 });
    expect(Buffer.compare(data, Buffer.from(rgb))).toBe(0);
  });

  it('is byte for byte the same whoever asks and whenever', async () => {
    const files = open();
    const one = await files.save(picture());
    const reversed = Object.fromEntries(Object.entries(parameters).toReversed()) as TextToImageParameters;
    const other = await files.save(
      picture({
        imageId: 'bbbbbbbb-0000-4000-8000-000000000002',
        jobId: 'ffffffff-ffff-4fff-8fff-ffffffffffff',
        createdAt: '2027-01-01T00:00:00.000Z',
        parameters: reversed,
      }),
    );
    expect(other.file).not.toBe(one.file);
    expect((await bytesOf(one.file)).equals(await bytesOf(other.file))).toBe(true);
    const different = await files.save(picture({ imageIndex: 4 }, { steps: 21 }));
    expect((await bytesOf(one.file)).equals(await bytesOf(different.file))).toBe(false);
  });

  it('is read by other programs: sharp and exifreader see the WebUI text', async () => {
    const asked = { prompt: 'a café, 一只橘猫 😀', negativePrompt: 'text: 水印' };
    const { file, infotext } = await open().save(picture({}, asked));
    expect(infotext).toBe(
      'a café, 一只橘猫 😀\nNegative prompt: text: 水印\nSteps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7.5, ' +
        'Seed: 1234567, Size: 72x64, Model hash: ababababab, Model: tiny, Clip skip: 2, RNG: NV, Version: Easel 0.1.0',
    );
    const bytes = await bytesOf(file);
    const { comments } = await sharp(bytes).metadata();
    expect(comments?.find(({ keyword }) => keyword === 'parameters')?.text).toBe(infotext);
    const tags = readTags(bytes) as unknown as Record<string, { value: unknown; description: string }>;
    expect(tags['parameters']?.description).toBe(infotext);
    expect(JSON.parse(tags['easel']?.description ?? '')).toEqual({
      format: 1,
      version: '0.1.0',
      parameters: { ...parameters, ...asked },
      model: { id: 'demo/tiny', name: 'Tiny, the title', sha256: 'ab'.repeat(32) },
    });
  });

  it('gives back any prompt without loss, where the WebUI text cannot', async () => {
    const files = open();
    const prompts = [
      'cat\nNegative prompt: dog\nSteps: 1, Sampler: Euler, Seed: 2',
      '  spaces around \r\n and Windows lines  ',
      'مرحبا \u202e😀👩‍👩‍👧\u0000'.replace('\0', ''),
      'Ã© \u0001 \ufeff "\\',
      '',
    ];
    for (const [imageIndex, prompt] of prompts.entries()) {
      const { file } = await files.save(picture({ imageIndex }, { prompt, negativePrompt: prompt }));
      const found = await files.read(file);
      expect(found?.parameters).toEqual({ ...parameters, prompt, negativePrompt: prompt });
    }
    // The first one shows why: the WebUI's text alone would be read as another prompt.
    const { infotext } = await files.save(picture({ imageIndex: 9 }, { prompt: prompts[0] as string }));
    expect(readInfotext(infotext).prompt).toBe('cat');
  });

  it('never takes the place of another file', async () => {
    const files = open();
    const first = await files.save(picture());
    const again = await files.save(picture());
    expect(again.file).toBe(first.file);
    const changed = rgb.slice();
    changed[0] = 255;
    const other = await files.save(picture({ rgb: changed }));
    expect(other.file).toBe('2026-11-23/142501-1234567-0f3a9c27b1d4-3-2.png');
    expect(await readdir(join(outputs, '2026-11-23'))).toHaveLength(2);
  });

  it('counts without its thumbnail', async () => {
    await rm(thumbnails, { recursive: true });
    await writeFile(thumbnails, 'a file where the folder was');
    const saved = await open().save(picture());
    expect(saved.thumbnail).toBeNull();
    expect(saved.sizeBytes).toBeGreaterThan(0);
  });
});

describe('a disk that refuses', () => {
  it('is named by its role, with the reason and no path, and nothing half-written stays', async () => {
    await writeFile(join(outputs, '.tmp'), 'a file where the folder should be');
    const refusal = await open()
      .save(picture())
      .then(
        () => null,
        (thrown: unknown) => thrown as Error & { code: string; details: unknown },
      );
    expect(refusal).toMatchObject({ code: 'storage_unavailable', details: { folder: 'outputs' } });
    expect(JSON.stringify({ message: refusal?.message, details: refusal?.details })).not.toContain(root);
    expect(await readdir(outputs)).toEqual(['.tmp']);
  });

  it('is noticed while the picture is written: no file, no leftover', async () => {
    const files = open({
      failpoint: (name) => {
        if (name === 'after-temp')
          throw Object.assign(new Error(`ENOSPC: no space left on device, write '${root}'`), { code: 'ENOSPC' });
      },
    });
    await expect(files.save(picture())).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: 'The picture cannot be saved in the outputs folder: the disk is full (ENOSPC).',
    });
    expect(await readdir(join(outputs, '.tmp'))).toEqual([]);
    expect(await readdir(join(outputs, '2026-11-23'))).toEqual([]);
  });

  it('does not lead a picture out of the outputs folder by a link', async () => {
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(outputs, '2026-11-23'));
    await expect(open().save(picture())).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  });
});

describe('a picture found without its row', () => {
  it('is known again with its job, place, time and parameters', async () => {
    const files = open();
    const asked = picture();
    const saved = await files.save(asked);
    const { imageId: _id, rgb: _pixels, ...rest } = asked;
    expect(await files.read(saved.file)).toEqual({
      ...rest,
      imageId: expect.any(String),
      sizeBytes: saved.sizeBytes,
      infotext: saved.infotext,
    });
  });

  it('keeps its place and its companions when the database is gone too', async () => {
    const files = open();
    const [one, two] = [await files.save(picture({ imageIndex: 0 })), await files.save(picture({ imageIndex: 1 }))];
    knownJobs = [];
    const [first, second] = [await files.read(one.file), await files.read(two.file)];
    expect(first?.jobId).toBe(second?.jobId);
    expect(first?.imageId).not.toBe(second?.imageId);
    expect([first?.imageIndex, second?.imageIndex]).toEqual([0, 1]);
    expect(await files.read(one.file)).toEqual(first);
  });

  it('is itself under any name, and its copy is the same picture', async () => {
    const files = open();
    const saved = await files.save(picture());
    await mkdir(join(outputs, 'best of'));
    await writeFile(join(outputs, 'best of', 'house.png'), await bytesOf(saved.file));
    await writeFile(join(outputs, 'copy.png'), await bytesOf(saved.file));
    const [found, copy] = [await files.read('best of/house.png'), await files.read('copy.png')];
    expect(found).toMatchObject({ parameters: { prompt: 'a red house' }, imageIndex: 0 });
    expect(copy?.imageId).toBe(found?.imageId);
  });

  it('gets its thumbnail again', async () => {
    const files = open();
    const saved = await files.save(picture());
    await rm(join(thumbnails, saved.thumbnail as string));
    expect(await files.makeThumbnail(saved.file, 'cccccccc-0000-4000-8000-000000000003')).toBe(
      'cc/cccccccc-0000-4000-8000-000000000003.webp',
    );
    expect(await files.makeThumbnail('nowhere.png', 'cccccccc-0000-4000-8000-000000000003')).toBeNull();
  });

  it('is nobody of ours when it is cut off, bent, linked, or carries no record or a hostile one', async () => {
    const files = open();
    const { file } = await files.save(picture());
    const bytes = await bytesOf(file);
    const plain = await sharp(rgb, { raw: { width: 72, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    const record = readTexts(bytes).find(({ keyword }) => keyword === 'easel')?.text ?? '';
    const withRecord = (text: string): Buffer => insertTexts(plain, [{ keyword: 'easel', text }]);
    const bent = Buffer.from(bytes);
    bent[bytes.length - 20] = (bent[bytes.length - 20] as number) ^ 1;
    const hostile: Record<string, Buffer> = {
      'empty.png': Buffer.alloc(0),
      'cut.png': bytes.subarray(0, bytes.length - 5),
      'bent.png': bent,
      'plain.png': plain,
      'text.png': Buffer.from('not a picture'),
      'no-json.png': withRecord('{'),
      'other-format.png': withRecord(record.replace('"format":1', '"format":2')),
      'huge.png': withRecord(record.replace('"width":72', '"width":100000')),
      'proto.png': withRecord(record.replace('"type"', '"__proto__":{"x":1},"type"')),
      'path-like.png': withRecord(record.replace('"steps":20', '"steps":"../../etc"')),
    };
    await writeFile(join(outputs, 'control.png'), withRecord(record));
    expect(await files.read('control.png')).not.toBeNull();
    for (const [name, content] of Object.entries(hostile)) await writeFile(join(outputs, name), content);
    for (const name of Object.keys(hostile)) expect(await files.read(name), name).toBeNull();
    expect(await files.read('absent.png')).toBeNull();
    await writeFile(join(root, 'outside.png'), bytes);
    await symlink(join(root, 'outside.png'), join(outputs, 'linked.png'));
    expect(await files.read('linked.png')).toBeNull();
    await expect(files.read('../outside.png')).rejects.toThrow(/leads out/);
  });

  it('has its leftovers swept away', async () => {
    const files = open();
    await files.sweep();
    await mkdir(join(outputs, '.tmp'));
    await writeFile(join(outputs, '.tmp', 'half.png'), 'half');
    await files.sweep();
    expect(await readdir(join(outputs, '.tmp'))).toEqual([]);
  });
});
