/**
 * Entry of the engine process: messages in, messages out. Forked by the server, it speaks shared/src/engine.ts.
 *
 * It ends when its parent does: `shutdown` or a closed channel releases everything and lets the event loop run empty.
 */
import { totalmem } from 'node:os';
import { parseArgs } from 'node:util';

import { ENGINE_PROTOCOL, type FromEngine, type ToEngine } from '@easel/shared/engine';
import { toStudioError } from '@easel/shared/errors';

import { catalogue } from './catalogue.ts';
import { inspectCheckpoint } from './families/inspect.ts';
import { inspectNetwork } from './families/inspect-network.ts';
import { createJobRunner } from './jobs/job-runner.ts';
import { createPipelineCache } from './jobs/pipeline-cache.ts';
import type { Pipeline } from './families/types.ts';
import { settleDevice } from './graph/device.ts';
import { decideDevice } from './runtime/device.ts';

const GIBIBYTE = 2 ** 30;

/** Leaves room for the activations of a step, the server and everything else on the machine. */
const defaultMemoryBudget = (): number => Math.max(GIBIBYTE, totalmem() * 0.6);

const { values: options } = parseArgs({
  options: { device: { type: 'string', default: 'auto' }, 'memory-budget': { type: 'string' } },
});

const emit = (message: FromEngine): void => {
  // A closed channel means the server is gone; the disconnect handler is about to end this process.
  // It may close under a message on its way, too: without somebody to hear of it that would be an uncaught error.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

const budgetBytes = Number(options['memory-budget'] ?? defaultMemoryBudget());
const pipelines = createPipelineCache<Pipeline>(budgetBytes);
const runner = createJobRunner(pipelines, emit);

const shutDown = async (): Promise<void> => {
  // A job that goes on would load again what was released, and compute for nobody.
  await runner.cancelAll();
  await pipelines.releaseAll();
  if (process.connected) process.disconnect();
};

const inspect = async ({ requestId, file, overrides }: Extract<ToEngine, { type: 'inspect' }>): Promise<void> => {
  try {
    emit({ type: 'inspected', requestId, inspection: await inspectCheckpoint(file, overrides), error: null });
  } catch (thrown) {
    emit({ type: 'inspected', requestId, inspection: null, error: toStudioError(thrown).toWire() });
  }
};

const lookAtNetwork = async ({
  requestId,
  file,
  kind,
}: Extract<ToEngine, { type: 'inspect-network' }>): Promise<void> => {
  try {
    emit({ type: 'network-inspected', requestId, network: await inspectNetwork(file, kind), error: null });
  } catch (thrown) {
    emit({ type: 'network-inspected', requestId, network: null, error: toStudioError(thrown).toWire() });
  }
};

process.on('message', (message: ToEngine) => {
  switch (message.type) {
    case 'inspect':
      void inspect(message);
      break;
    case 'inspect-network':
      void lookAtNetwork(message);
      break;
    case 'run':
    case 'work':
      void runner.run(message.job);
      break;
    case 'cancel':
      runner.cancel(message.jobId);
      break;
    case 'shutdown':
      void shutDown();
      break;
  }
});
process.on('disconnect', () => void shutDown());
// The terminal sends Ctrl+C to the whole process group; the server decides when the engine ends.
process.on('SIGINT', () => {});

const { device, precision, reason, isFallback } = await decideDevice(options.device);
settleDevice(device, precision);
if (isFallback) emit({ type: 'log', level: 'warn', message: reason });
emit({
  type: 'ready',
  protocol: ENGINE_PROTOCOL,
  device,
  deviceReason: reason,
  catalogue: catalogue(),
});
