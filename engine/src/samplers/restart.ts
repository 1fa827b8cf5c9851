/** Restart: Heun's method that goes back into the noise and comes down again, which repairs errors on the way. */
import { karrasLevels } from '../numeric/karras.ts';
import { sigma as asSigma, type Sigma } from '../numeric/sigma.ts';
import { addScaled, combine, weightedSum } from '../numeric/tensor.ts';
import { settle } from './step.ts';
import type { Sample, Sampler } from './types.ts';

/** Having come down to `low`: `times` over, up to `high` and down again along `levels` Karras levels. */
export interface RestartSegment {
  readonly low: number;
  readonly high: number;
  readonly levels: number;
  readonly times: number;
}

/** The levels to walk and where to turn back. */
interface Plan {
  readonly sigmas: readonly Sigma[];
  readonly segments: readonly RestartSegment[];
}

/** Below this many steps a restart costs more than it brings. */
const FEWEST_STEPS = 20;
const STEPS_FOR_TWO = 36;

/** What the WebUI makes of a number of steps: part of them go into the restarts, so the first way down is shorter. */
function automaticPlan(sigmas: readonly Sigma[]): Plan {
  const steps = sigmas.length - 1;
  if (steps < FEWEST_STEPS) return { sigmas, segments: [] };
  const [spent, times] = steps >= STEPS_FOR_TWO ? [Math.floor(steps / 4), 2] : [9, 1];
  const lowest = sigmas[steps - 1] as Sigma;
  const first = karrasLevels(steps - spent * times, lowest, sigmas[0] as Sigma);
  return { sigmas: [...first, 0].map(asSigma), segments: [{ low: 0.1, high: 2, levels: spent + 1, times }] };
}

/** Index of the level nearest to a value; the first of two as near. */
function nearest(sigmas: readonly Sigma[], value: number): number {
  let best = 0;
  sigmas.forEach((sigma, i) => {
    if (Math.abs(sigma - value) < Math.abs((sigmas[best] as Sigma) - value)) best = i;
  });
  return best;
}

/** All steps in order, as (from, to); where one begins above the end of the last, noise comes in between. */
function stepsOf({ sigmas, segments }: Plan): [Sigma, Sigma][] {
  const steps: [Sigma, Sigma][] = [];
  for (let i = 0; i + 1 < sigmas.length; i++) {
    steps.push([sigmas[i] as Sigma, sigmas[i + 1] as Sigma]);
    for (const { low, high, levels, times } of segments) {
      const bottom = nearest(sigmas, low);
      const top = nearest(sigmas, high);
      if (bottom !== i + 1 || top >= bottom) continue;
      const again = karrasLevels(levels, sigmas[bottom] as Sigma, sigmas[top] as Sigma).map(asSigma);
      for (let n = 0; n < times; n++) {
        for (let k = 0; k + 1 < again.length; k++) steps.push([again[k] as Sigma, again[k + 1] as Sigma]);
      }
    }
  }
  return steps;
}

/**
 * @param segments where to turn back; absent = by the number of steps, as the WebUI does
 * @source Xu et al. 2023 (Restart Sampling), Alg. 2 with Heun steps
 */
export const makeRestartSample = (segments?: readonly RestartSegment[]): Sample =>
  async function* (denoise, x, sigmas, o) {
    const { sNoise = 1 } = o;
    const steps = stepsOf(segments === undefined ? automaticPlan(sigmas) : { sigmas, segments });
    let level: Sigma | undefined;
    for (const [index, [sigma, next]] of steps.entries()) {
      if (level !== undefined && level < sigma) {
        x = addScaled(x, sNoise * Math.sqrt(sigma * sigma - level * level), o.noise.draw(x.shape, level, sigma));
      }
      const before = x;
      const denoised = await denoise(x, sigma);
      const kept = next / sigma;
      const ahead = combine(kept, x, 1 - kept, denoised);
      if (next === 0) {
        x = ahead;
      } else {
        const here = (next - sigma) / (2 * sigma);
        const there = (next - sigma) / (2 * next);
        x = weightedSum([
          [1 + here, x],
          [-here, denoised],
          [there, ahead],
          [-there, await denoise(ahead, next)],
        ]);
      }
      level = next;
      x = settle(x, next, index, o);
      yield { index, count: steps.length, sigma, x: before, denoised };
    }
    return x;
  };

export const restart: Sampler = {
  id: 'restart',
  label: 'Restart',
  aliases: [],
  summary: 'Goes back into the noise and down again; exact from 20 steps on, twice the time.',
  defaultSchedule: 'karras',
  evaluationsPerStep: 2,
  isStochastic: true,
  options: ['sNoise', 'ensd'],
  sample: makeRestartSample(),
};
