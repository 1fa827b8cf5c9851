/** Work on models from beginning to end: the sources are read, the plan is made, the plan is carried out. */
import { basename } from 'node:path';

import type { EngineModelJob, ModelSource } from '@easel/shared/engine';
import type { ModelWorkResult } from '@easel/shared/model-work';

import { openAdapter } from '../adapters/adapter-file.ts';
import { BakedAdapter } from '../adapters/baked-adapter.ts';
import { carryOut, type WorkContext } from './carry-out.ts';
import type { Plan } from './plan.ts';
import { planConvert } from './plan-convert.ts';
import { planMerge } from './plan-merge.ts';
import { openSource, type Source } from './source.ts';

/**
 * @throws what openSource, planConvert, planMerge and carryOut throw; nothing is left behind then
 */
export async function makeModel(
  { parameters, sources, vae, base, loras = [], target }: Omit<EngineModelJob, 'jobId'>,
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
  const adapters = await Promise.all(loras.map(async ({ file }) => openAdapter(file)));
  const weightOf = (i: number): number => (parameters.type === 'convert' ? (parameters.loras?.[i]?.weight ?? 1) : 0);
  const counting = adapters.filter((_, i) => weightOf(i) !== 0);
  const plan: Plan =
    parameters.type === 'convert'
      ? planConvert(parameters, {
          model: opened[0] as Source,
          vae: ownVae,
          base: await orNone(base),
          loras,
          adapters: counting,
        })
      : planMerge(parameters, opened, ownVae);
  const baked: BakedAdapter[] = [];
  try {
    for (const [i, adapter] of adapters.entries()) {
      const { weight = 1, textWeight = weight } = (parameters.type === 'convert' && parameters.loras?.[i]) || {};
      baked.push(await BakedAdapter.open(adapter, plan.layers ?? new Map(), { textWeight, unetWeight: weight }));
      await context.breathe();
    }
    const made = await carryOut(plan, target, { overwrite: parameters.overwrite, baked }, context);
    return { file: basename(target), ...made, notes: [...made.notes, ...notesOn(baked, loras)] };
  } finally {
    for (const each of baked) await each.release();
  }
}

const notesOn = (baked: readonly BakedAdapter[], loras: readonly ModelSource[]): string[] =>
  baked.flatMap(({ unknown }, i) =>
    unknown.length === 0
      ? []
      : [`${unknown.length} modules of ${loras[i]?.id} are for layers this model does not have.`],
  );
