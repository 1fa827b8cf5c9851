/** A whole server with the fake engine in a folder of its own, for tests that speak to it through inject(). */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { JobAccepted, PictureJobView } from '@easel/shared/http/jobs';
import { pino } from 'pino';

import { createStudio, type Studio, type StudioParts } from '../../src/studio.ts';
import { createPlainPictureFiles, type PlainPictureFiles } from './plain-picture-files.ts';

export const FAKE_ENGINE = join(dirname(fileURLToPath(import.meta.url)), 'fake-engine.mjs');

export interface TestFolders {
  root: string;
  models: string;
  outputs: string;
  data: string;
  notes: string;
}

/** Folders with one usable model, `tiny`. */
export async function makeFolders(
  models: Record<string, string> = { 'tiny.safetensors': 'tiny' },
): Promise<TestFolders> {
  const root = await mkdtemp(join(tmpdir(), 'easel-test-'));
  const folders = {
    root,
    models: join(root, 'models'),
    outputs: join(root, 'outputs'),
    data: join(root, 'data'),
    notes: join(root, 'notes'),
  };
  for (const folder of [join(folders.models, 'checkpoints'), folders.outputs, folders.data, folders.notes])
    await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(models)) {
    const path = join(folders.models, 'checkpoints', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return folders;
}

export interface TestStudio extends Studio {
  folders: TestFolders;
  pictures: PlainPictureFiles;
  /** POST /api/v1/jobs. */
  submit(request?: Record<string, unknown>): Promise<JobAccepted>;
  job(id: string): Promise<PictureJobView>;
  /** Waits until the job is over. */
  ended(id: string): Promise<PictureJobView>;
  /** Waits until what is asked is true. */
  until(what: (job: PictureJobView) => boolean, id: string): Promise<PictureJobView>;
  /** Stops it; the folders stay. */
  end(): Promise<void>;
}

export interface TestStudioOptions {
  folders?: TestFolders;
  /** Further trees of models. */
  modelsFrom?: string[];
  /** Bytes the engine may take. */
  memoryBudget?: number;
  /** Environment of the fake engine. */
  engine?: Record<string, string>;
  createPictureFiles?: StudioParts['createPictureFiles'];
  webRoot?: string;
  /** Leaves engine and jobs alone. */
  isIdle?: boolean;
}

export async function openTestStudio(options: TestStudioOptions = {}): Promise<TestStudio> {
  const folders = options.folders ?? (await makeFolders());
  let pictures: PlainPictureFiles | null = null;
  const studio = await createStudio(
    {
      host: '127.0.0.1',
      port: 0,
      models: folders.models,
      modelsFrom: options.modelsFrom ?? [],
      outputs: folders.outputs,
      data: folders.data,
      device: 'auto',
      memoryBudget: options.memoryBudget ?? null,
      open: false,
      allowedHosts: [],
      failpoint: null,
      engineEntry: null,
      engineEnvironment: { ...process.env, FAKE_ENGINE_NOTES: folders.notes, ...options.engine },
    },
    {
      version: '0.0.0-test',
      engineEntry: FAKE_ENGINE,
      webRoot: options.webRoot ?? null,
      logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
      createPictureFiles:
        options.createPictureFiles ??
        ((made) => {
          pictures = createPlainPictureFiles(made);
          return pictures;
        }),
    },
  );
  if (options.isIdle !== true) await studio.start();

  const job = async (id: string): Promise<PictureJobView> => (await studio.app.inject(`/api/v1/jobs/${id}`)).json();
  const until = async (what: (view: PictureJobView) => boolean, id: string): Promise<PictureJobView> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const view = await job(id);
      if (what(view)) return view;
      if (Date.now() > deadline) throw new Error(`Waited in vain; the job is ${JSON.stringify(view).slice(0, 600)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    ...studio,
    folders,
    pictures: pictures as unknown as PlainPictureFiles,
    job,
    until,
    ended: async (id) => until((view) => ['done', 'failed', 'cancelled'].includes(view.state), id),
    async submit(request = {}) {
      const response = await studio.app.inject({
        method: 'POST',
        url: '/api/v1/jobs',
        payload: { type: 'text-to-image', prompt: 'a red house', ...request },
      });
      if (response.statusCode !== 202) throw new Error(`Refused: ${response.body}`);
      return response.json();
    },
    async end() {
      await studio.app.close();
      await studio.stop();
    },
  };
}

/** Removes what {@link makeFolders} made. */
export const removeFolders = async (folders: TestFolders): Promise<void> =>
  rm(folders.root, { recursive: true, force: true });
