/** Work on models from beginning to end: the sources are read, the plan is made, the plan is carried out. */
import { basename } from 'node:path';

import type { EngineModelJob, ModelSource } from '@easel/shared/engine';
import type { ModelWorkResult } from '@easel/shared/model-work';

import { carryOut, type WorkContext } from './carry-out.ts';
import type { Plan } from './plan.ts';
import { planConvert } from './plan-convert.ts';
import { planMerge } from './plan-merge.ts';
import { openSource, type Source } from './source.ts';

/**
 * @throws what openSource, planConvert, planMerge and carryOut throw; nothing is left behind then
 */
export async function makeModel(
  { parameters, sources, vae, base, target }: Omit<EngineModelJob, 'jobId'>,
  context: WorkContext,
): Promise<ModelWorkResult> {
  context.report({ doneBytes: 0, totalBytes: 0, activity: 'reading' });
  const opened: Source[] = [];
  for (const source of sources) {
    opened.push(await openSource(source));
    await context.breathe();
  }
  const orNone = async (source: ModelSource | null): Promise<Source | null> =>
    source === null ? null : openSource(source);
  const ownVae = await orNone(vae);
  const plan: Plan =
    parameters.type === 'convert'
      ? planConvert(parameters, { model: opened[0] as Source, vae: ownVae, base: await orNone(base) })
      : planMerge(parameters, opened, ownVae);
  const made = await carryOut(plan, target, { overwrite: parameters.overwrite }, context);
  return { file: basename(target), ...made };
}
