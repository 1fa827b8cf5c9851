/**
 * Puts the services together for one configuration, and takes them apart in the right order. main.ts adds the process
 * around it: arguments, listening, signals.
 */
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { StudioError } from '@easel/shared/errors';
import type { FastifyBaseLogger } from 'fastify';

import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { EngineHost } from './engine-host/engine-host.ts';
import type { StudioApp } from './routes/types.ts';
import { Events } from './services/events.ts';
import { createFailpoint } from './services/failpoint.ts';
import { FileHasher } from './services/file-hash.ts';
import { Gallery } from './services/gallery.ts';
import { Grids } from './services/grids.ts';
import { JobQueue } from './services/job-queue.ts';
import { defaultMemoryBudget, MemoryPlanner } from './services/memory-planner.ts';
import { PictureWork } from './services/picture-work.ts';
import { ModelLibrary } from './services/model-library.ts';
import { ModelPreviews } from './services/model-previews.ts';
import { ModelWork } from './services/model-work.ts';
import type { PictureFiles, PictureFilesOptions } from './services/picture.ts';
import { reconcile } from './services/reconcile.ts';
import { RememberedPrompts } from './services/prompt-history.ts';
import { PromptTemplates } from './services/prompt-templates.ts';
import { Styles } from './services/styles.ts';
import { WebuiOptions } from './services/webui-options.ts';
import { Wildcards } from './services/wildcards.ts';
import { lockDataFolder, type DataLock } from './store/data-lock.ts';
import { openDatabase, type OpenedDatabase, type Store } from './store/database.ts';
import { GridRecords } from './store/grid-records.ts';
import { JobRecords } from './store/job-records.ts';

export interface Studio {
  app: StudioApp;
  engine: EngineHost;
  store: Store;
  lock: DataLock;
  /** After listening: the engine, the look at the disk, then the jobs. */
  start(): Promise<void>;
  /** Running job back into the queue, engine ended, database closed. */
  stop(): Promise<void>;
}

/** What surrounds the services and is not a setting. */
export interface StudioParts {
  version: string;
  /** Absolute path of the engine's main module. */
  engineEntry: string;
  /** Absolute path of the built page; null = API only. */
  webRoot: string | null;
  logger: FastifyBaseLogger;
  createPictureFiles(options: PictureFilesOptions): PictureFiles;
}

const makeFolder = async (path: string, what: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StudioError(
      'storage_unavailable',
      `The ${what} folder ${path} cannot be made (${code ?? 'unknown reason'}).`,
      {},
      { cause },
    );
  }
};

/** Changes with every build of the engine, so that what an older one said about a model is asked again. */
const examinerOf = (version: string, entry: string): string => {
  const built = statSync(entry, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return `${version} ${Math.round(built)}`;
};

const openOrRelease = (folder: string, lock: DataLock): OpenedDatabase => {
  try {
    return openDatabase(folder);
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
};

/** @throws data_dir_in_use, newer_data, storage_unavailable */
export async function createStudio(config: Config, more: StudioParts): Promise<Studio> {
  const { logger, version, engineEntry } = more;
  const checkpoints = join(config.models, 'checkpoints');
  const thumbnails = join(config.data, 'thumbnails');
  await makeFolder(config.data, 'data');
  await makeFolder(thumbnails, 'thumbnails');
  await makeFolder(config.outputs, 'outputs');
  // A models folder that cannot be written is still worth reading.
  await mkdir(checkpoints, { recursive: true }).catch(() => null);

  const lock = lockDataFolder(config.data);
  const log = (level: 'info' | 'warn' | 'error', message: string): void => logger[level](message);
  const database = openOrRelease(config.data, lock);
  if (database.setAside !== null) {
    log(
      'error',
      `The database was damaged and is kept as ${database.setAside}; the pictures are read in again from their own metadata.`,
    );
  }
  const { store } = database;
  const events = new Events();
  const failpoint = createFailpoint(config.failpoint);
  const memory = new MemoryPlanner(store, config.memoryBudget ?? defaultMemoryBudget());
  const engine = new EngineHost({
    entry: engineEntry,
    args: ['--device', config.device, '--memory-budget', String(memory.budgetBytes)],
    environment: config.engineEnvironment,
    log,
  });
  engine.onState((state) => events.publish('engine:changed', { engine: state }));
  const hasher = new FileHasher(() => engine.isRunning);
  const gallery = new Gallery({ store, events, outputs: config.outputs, thumbnails });
  const models = new ModelLibrary({
    store,
    engine,
    events,
    hasher,
    previews: new ModelPreviews({
      folder: join(config.data, 'model-previews'),
      pictureFile: async (id) => gallery.file(id),
    }),
    models: config.models,
    extraRoots: config.modelsFrom,
    examiner: examinerOf(version, engineEntry),
    log,
  });
  const jobs = new JobRecords(store);
  const gridRecords = new GridRecords(store);
  const pictures = more.createPictureFiles({
    outputs: config.outputs,
    thumbnails,
    version,
    failpoint,
    catalogue: () => engine.catalogue,
    jobIdsStartingWith: async (prefix) => [
      ...(await jobs.idsStartingWith(prefix)),
      ...(await gridRecords.idsStartingWith(prefix)),
    ],
  });
  const wildcards = new Wildcards({ folder: join(config.data, 'wildcards'), extraRoots: config.modelsFrom });
  const styles = new Styles({ folder: config.data, extraRoots: config.modelsFrom });
  const promptHistory = new RememberedPrompts(store);
  const pictureWork = new PictureWork({ engine, models, memory, styles, wildcards });
  const queue = new JobQueue({
    pictureWork,
    promptHistory,
    store,
    engine,
    models,
    work: new ModelWork({ models, folder: config.models }),
    pictures,
    events,
    failpoint,
    log,
  });

  const grids = new Grids({ store, engine, queue, pictureWork, pictures, events, outputs: config.outputs, log });

  await models.load();
  await memory.load();
  await queue.load();
  const app = await buildApp({
    version,
    queue,
    grids,
    pictureWork,
    gallery,
    models,
    engine,
    events,
    wildcards,
    styles,
    promptHistory,
    promptTemplates: new PromptTemplates(store),
    webuiOptions: new WebuiOptions(store),
    allowedHosts: config.allowedHosts,
    webRoot: more.webRoot,
    logger,
  });

  return {
    app,
    engine,
    store,
    lock,
    async start() {
      engine.start();
      models.start();
      const report = await reconcile({ store, pictures, events, outputs: config.outputs });
      if (report.adopted + report.missing + report.corrected > 0) {
        log(
          'warn',
          `The index was put right: ${report.adopted} pictures adopted, ${report.missing} missing, ${report.corrected} corrected.`,
        );
      }
      await grids.resume();
      queue.start();
    },
    async stop() {
      models.close();
      const putBack = queue.stop();
      await engine.stop();
      await putBack;
      await grids.stop();
      await hasher.close();
      await database.close();
      lock.release();
    },
  };
}
