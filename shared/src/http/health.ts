/** GET /api/v1/health */
import { z } from 'zod';

export const engineState = z.object({
  state: z.enum(['starting', 'ready', 'restarting', 'failed']),
  /** e.g. `cpu`; null until the engine has reported. */
  device: z.string().nullable(),
  /** Why this device, or why the engine is not ready. */
  reason: z.string().nullable(),
});
export type EngineState = z.infer<typeof engineState>;

export const healthView = z.object({ status: z.literal('ok'), version: z.string(), engine: engineState });
export type HealthView = z.infer<typeof healthView>;
