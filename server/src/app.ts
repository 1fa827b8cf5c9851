/**
 * buildApp(deps): the HTTP server with everything it answers, not yet listening. No environment, no globals.
 *
 * The list of routes is here. Checks that hold for every request are hooks (plugins/guard.ts), never a path prefix.
 */
import compress from '@fastify/compress';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import type { AppDependencies } from './app-dependencies.ts';
import { errorOptions, installErrors } from './plugins/errors.ts';
import { installGuard, isAllowedHandshake } from './plugins/guard.ts';
import { describeApi } from './plugins/openapi.ts';
import { servePage } from './plugins/static.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { estimateRoutes } from './routes/estimate.ts';
import { gridRoutes } from './routes/grids.ts';
import { healthRoutes } from './routes/health.ts';
import { imageRoutes } from './routes/images.ts';
import { jobRoutes } from './routes/jobs.ts';
import { modelRoutes } from './routes/models.ts';
import { promptRoutes } from './routes/prompt.ts';
import { promptsRoutes } from './routes/prompts.ts';
import { sdapiRoutes } from './routes/sdapi/sdapi.ts';
import { styleRoutes } from './routes/styles.ts';
import type { Routes, StudioApp } from './routes/types.ts';
import { wildcardRoutes } from './routes/wildcards.ts';
import { openLive } from './sockets/live.ts';

/** One file a noun. */
const ROUTES: readonly Routes[] = [
  healthRoutes,
  catalogueRoutes,
  modelRoutes,
  jobRoutes,
  estimateRoutes,
  gridRoutes,
  imageRoutes,
  promptRoutes,
  promptsRoutes,
  wildcardRoutes,
  styleRoutes,
  sdapiRoutes,
];

/** No request of this version carries more than a long prompt. */
const BODY_LIMIT = 4 * 2 ** 20;
/** Of an address, in characters. */
const LONGEST_PARAMETER = 2048;
/** Smaller answers travel faster as they are. */
const COMPRESS_FROM = 2048;

export async function buildApp(dependencies: AppDependencies): Promise<StudioApp> {
  const app = Fastify({
    ...(dependencies.logger === undefined ? { logger: false } : { loggerInstance: dependencies.logger }),
    bodyLimit: BODY_LIMIT,
    // Ids of models are paths.
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // Idle keep-alive connections would hold up the end.
    forceCloseConnections: true,
    requestTimeout: 60_000,
    trustProxy: false,
    ...errorOptions,
  }) as unknown as StudioApp;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installGuard(app, dependencies);
  installErrors(app);

  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: COMPRESS_FROM });
  await describeApi(app, dependencies.version);
  for (const addRoutes of ROUTES) addRoutes(app, dependencies);
  servePage(app, dependencies.webRoot);

  const live = openLive(app.server, {
    ...dependencies,
    isAllowed: (request) => isAllowedHandshake(request, dependencies),
  });
  app.addHook('preClose', async () => live.close());
  return app;
}
