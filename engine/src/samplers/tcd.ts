/** TCD: consistency sampling that stops above the next level and noises only part of the way. For TCD models and LoRAs. */
import { makeSigmaTable, sigmaAt, timestepAt } from '../numeric/sigma-table.ts';
import { sigma as asSigma, timestep, type Sigma } from '../numeric/sigma.ts';
import { addScaled, combine } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Part of each step that is noise. @source Zheng et al. 2024 (TCD), the value of its experiments */
const DEFAULT_GAMMA = 0.3;
/** A level this near to a training level is that one. */
const SAME_TIMESTEP = 1e-3;

const trained = makeSigmaTable();

/**
 * Down to the level at (1 - gamma) of the next timestep, then noise back up. o.eta is gamma.
 * @source Zheng et al. 2024 (Trajectory Consistency Distillation), Alg. 4, in sigma
 */
const sample: Sample = async function* (denoise, x, sigmas, o) {
  const { eta = DEFAULT_GAMMA, sNoise = 1, table = trained } = o;
  const count = sigmas.length - 1;
  for (let i = 0; i < count; i++) {
    const sigma = sigmas[i] as Sigma;
    const next = sigmas[i + 1] as Sigma;
    const before = x;
    const denoised = await denoise(x, sigma);
    let down = next;
    if (next > 0 && eta > 0) {
      const time = timestepAt(table, next);
      const whole = Math.round(time);
      const exact = Math.abs(time - whole) < SAME_TIMESTEP ? whole : time;
      down = asSigma(Math.min(next, sigmaAt(table, timestep(Math.floor((1 - eta) * exact)))));
    }
    const kept = down / sigma;
    x = combine(kept, x, 1 - kept, denoised);
    if (down < next) {
      x = addScaled(x, sNoise * Math.sqrt(next * next - down * down), o.noise.draw(x.shape, sigma, next));
    }
    x = settle(x, next, i, o);
    yield { index: i, count, sigma, x: before, denoised };
  }
  return x;
};

export const tcd: Sampler = {
  id: 'tcd',
  label: 'TCD',
  aliases: ['TCDScheduler'],
  summary:
    'Four to eight steps with more detail than LCM, with a model or LoRA made for it; eta 0.3 is its usual amount of noise.',
  defaultSchedule: 'sgm-uniform',
  evaluationsPerStep: 1,
  isStochastic: true,
  options: ['eta', 'sNoise', 'ensd'],
  sample,
};
