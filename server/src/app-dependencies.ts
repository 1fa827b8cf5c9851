/** What buildApp() needs, all of it passed in: no environment, no listen, no globals. */
import type { FastifyBaseLogger } from 'fastify';

import type { EngineHost } from './engine-host/engine-host.ts';
import type { Events } from './services/events.ts';
import type { Gallery } from './services/gallery.ts';
import type { Grids } from './services/grids.ts';
import type { JobQueue } from './services/job-queue.ts';
import type { ModelLibrary } from './services/model-library.ts';
import type { PictureWork } from './services/picture-work.ts';
import type { RememberedPrompts } from './services/prompt-history.ts';
import type { PromptTemplates } from './services/prompt-templates.ts';
import type { Styles } from './services/styles.ts';
import type { WebuiOptions } from './services/webui-options.ts';
import type { Wildcards } from './services/wildcards.ts';

export interface AppDependencies {
  version: string;
  queue: JobQueue;
  grids: Grids;
  pictureWork: PictureWork;
  gallery: Gallery;
  models: ModelLibrary;
  engine: EngineHost;
  events: Events;
  wildcards: Wildcards;
  styles: Styles;
  promptHistory: RememberedPrompts;
  promptTemplates: PromptTemplates;
  webuiOptions: WebuiOptions;
  /** Host names beside localhost and IP literals under which this server may be addressed. */
  allowedHosts: readonly string[];
  /** Absolute path of the built web page; null serves the API only. */
  webRoot: string | null;
  /** Where the log goes; absent = nowhere (tests). */
  logger?: FastifyBaseLogger;
}
