/** U-Nets on given latents, timesteps and contexts, with and without the residuals of a ControlNet. One check per call. */
import { toldVector } from '../../../src/families/xl-line.ts';
import type { Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { openModel } from '../networks.ts';
import { tuningOf, type CallOptions } from './options.ts';
import { rowsOf } from './text.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly model: string;
  readonly sample: string;
  readonly context: string;
  readonly timestep: string;
  readonly text_embeds?: string;
  readonly time_ids?: string;
  readonly down?: readonly string[];
  readonly mid?: string;
  readonly options?: CallOptions;
}

const KNOWN = new Set([
  'name',
  'model',
  'sample',
  'context',
  'timestep',
  'text_embeds',
  'time_ids',
  'down',
  'mid',
  'options',
]);

/** What is told beside the text; nothing where the case has no such inputs. */
function vectorOf(golden: GoldenCase, { text_embeds: pooled, time_ids: numbers }: Call): { vector?: Tensor } {
  if (pooled === undefined || numbers === undefined) return {};
  return { vector: toldVector(golden.input(pooled), rowsOf(golden.input(numbers))) };
}

async function checkCall(golden: GoldenCase, call: Call): Promise<Check> {
  const tuning = tuningOf(call.options);
  const pipeline = await openModel(golden, call.model, tuning.networks);
  if ('missing' in pipeline) return unknown(call.name, pipeline.missing);
  const foreign = Object.keys(call).find((key) => !KNOWN.has(key));
  if (foreign !== undefined) return unknown(call.name, `input ${foreign}`);
  const residuals = [
    ...(call.down ?? []).map((name, i) => [`down.${i}`, name]),
    ...(call.mid === undefined ? [] : [['mid', call.mid]]),
  ];
  const sample = golden.input(call.sample);
  const { out } = await pipeline.run(
    'unet',
    {
      sample,
      timestep: golden.input(call.timestep),
      context: golden.input(call.context),
      ...vectorOf(golden, call),
      ...Object.fromEntries(residuals.map(([port, name]) => [port as string, golden.input(name as string)])),
      ...tuning.inputs(sample),
    },
    ['out'],
  );
  return checkOf(call.name, [compare(call.name, out as Tensor, golden.stored(call.name), golden.bound)]);
}

export const unet: Kind = {
  run: 'unet',
  check: async (golden) => {
    const { calls } = golden.json as unknown as { calls: readonly Call[] };
    const checks: Check[] = [];
    for (const call of calls) checks.push(await checkCall(golden, call));
    return checks;
  },
};
