/** Schedules and AND in whole runs: the texts are given encodings, which one counts when is ours. One check for each prompt. */
import { entryAt } from '@easel/shared/prompt/schedule';
import { readPrompt } from '@easel/shared/prompt/read-prompt';

import { composed, remembering } from '../../../src/denoisers/composed.ts';
import { conditioned, guide } from '../../../src/denoisers/guidance.ts';
import type { Predict } from '../../../src/denoisers/types.ts';
import type { Pipeline } from '../../../src/families/types.ts';
import { scale } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import { openModelFile } from '../networks.ts';
import type { Kind } from './types.ts';

interface Config {
  readonly steps: number;
  readonly cfg: number;
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly schedules: Readonly<Record<string, { readonly entries: readonly (readonly [number, string])[] }>>;
}

/** The prompt that a case's run is of, by the run's name and its first switch. */
const PROMPTS: Readonly<Record<string, (firstEnd: number) => string>> = {
  plain: () => 'a',
  from_to: (firstEnd) => `[a:b:${firstEnd}]`,
  alternate: () => '[a|b]',
  three: () => '[a:[b:c:5]:2]',
  and: () => 'a AND b :0.6 AND c :-0.3',
};
const NO_NOISE = {
  draw: (): never => {
    throw new Error('a run without fresh noise drew some');
  },
};

async function checkRun(golden: GoldenCase, pipeline: Pipeline, config: Config, name: string): Promise<Check> {
  const text = PROMPTS[name]?.(config.schedules[name]?.entries[0]?.[0] ?? 0);
  const scheduler = makeScheduler({ class: 'DDIMScheduler', config: config.scheduler }, { steps: config.steps });
  if (text === undefined) return unknown(name, 'another prompt');
  if ('missing' in scheduler) return unknown(name, scheduler.missing);
  const { parts } = readPrompt(text, { steps: config.steps, isNegative: false });
  const negative = remembering(conditioned(pipeline.network, { context: golden.input('uncond') }));
  let evaluation = 0;
  const predict: Predict = (x, timestep) => {
    const now = evaluation++;
    const positive = composed(
      parts.map(({ weight, timeline }) => {
        const context = golden.input(`cond.${entryAt(timeline, now).text.trim()}`);
        return { weight, predict: conditioned(pipeline.network, { context }) };
      }),
      negative,
    );
    return guide(positive, negative, config.cfg)(x, timestep);
  };
  const start = scale(golden.input('noise'), scheduler.initNoiseSigma);
  const states = await scheduler.run(predict, start, { noise: NO_NOISE });
  const output = `latents.${name}`;
  return checkOf(name, [compare(output, states.at(-1)!, golden.stored(output), golden.bound)]);
}

export const scheduledPrompt: Kind = {
  run: 'embeddings/prompt_scheduled',
  check: async (golden) => {
    const { config } = golden.json as unknown as { config: Config };
    const pipeline = await openModelFile(golden.file('base.manifest.json'));
    const checks: Check[] = [];
    for (const output of golden.outputNames) {
      const name = output.replace('latents.', '');
      checks.push(
        'missing' in pipeline ? unknown(name, pipeline.missing) : await checkRun(golden, pipeline, config, name),
      );
    }
    return checks;
  },
};
