/** LCM-LoRA in whole runs: the change of every layer at strength 1, the consistency sampler and given noise. */
import { conditioned, guide } from '../../../src/denoisers/guidance.ts';
import type { Predict } from '../../../src/denoisers/types.ts';
import type { NoiseSource } from '../../../src/numeric/noise-source.ts';
import { tensor, type Tensor } from '../../../src/numeric/tensor.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown } from '../compare.ts';
import { makeScheduler } from '../diffusers/scheduler.ts';
import { openModelFile } from '../networks.ts';
import type { Kind } from './types.ts';

/** As the oracle's script has it; the case states it as a sentence. */
const SCHEDULER = {
  class: 'LCMScheduler',
  config: {
    num_train_timesteps: 1000,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    clip_sample: false,
    set_alpha_to_one: false,
    steps_offset: 1,
    timestep_spacing: 'leading',
    original_inference_steps: 50,
    timestep_scaling: 10,
  },
};

/** The noises of a table [steps, n, c, h, w], one after the other. */
function givenNoise({ data, shape: [steps = 1, ...shape] }: Tensor): NoiseSource {
  const size = data.length / steps;
  let drawn = 0;
  return { draw: () => tensor(data.slice(drawn * size, ++drawn * size), shape) };
}

export const lcmLora: Kind = {
  run: 'lora/lcm_lora',
  async check(golden: GoldenCase) {
    const { steps } = (golden.json as unknown as { config: { readonly steps: number } }).config;
    const pipeline = await openModelFile(golden.file('base.manifest.json'));
    const scheduler = makeScheduler(SCHEDULER, { steps });
    if ('missing' in pipeline) return [unknown('base', pipeline.missing)];
    if ('missing' in scheduler) return [unknown('scheduler', scheduler.missing)];
    const timesteps = tensor(Float32Array.from(scheduler.timesteps), [steps]);
    const checks = [checkOf('timesteps', [compare('timesteps', timesteps, golden.stored('timesteps'), 1e-6, 'value')])];
    await pipeline.adapt([{ file: golden.file('lcm.manifest.json'), textWeight: 1, unetWeight: 1, rankLimit: null }]);
    const told = (name: string): Predict => conditioned(pipeline.network, { context: golden.input(name) });
    for (const output of golden.outputNames) {
      const guidance = Number(output.replace('latents.cfg', ''));
      const noise = givenNoise(golden.input('step_noise'));
      const predict = guide(told('cond'), told('uncond'), guidance);
      const states = await scheduler.run(predict, golden.input('noise'), { noise });
      checks.push(checkOf(output, [compare(output, states.at(-1) as Tensor, golden.stored(output), golden.bound)]));
    }
    await pipeline.adapt([]);
    return checks;
  },
};
