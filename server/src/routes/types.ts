/** What every file of routes is: a function that adds them to a typed Fastify. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import type { AppDependencies } from '../app-dependencies.ts';

/** Fastify whose handlers get what the zod schemas say. */
export type StudioApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export type Routes = (app: StudioApp, dependencies: AppDependencies) => void;
