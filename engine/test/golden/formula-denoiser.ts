/**
 * The denoiser that sampler cases are run on: a formula, so that only the sampler is under test.
 *
 * With abar = 1 / (1 + sigma^2) and y = x sqrt(abar): D = a sqrt(abar) y + b tanh(c y + d).
 */
import type { Predict } from '../../src/denoisers/types.ts';
import type { Denoise } from '../../src/numeric/denoise.ts';
import type { Timestep } from '../../src/numeric/sigma.ts';
import type { Tensor } from '../../src/numeric/tensor.ts';

export interface Formula {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** What the formula predicts at unit variance. */
export type Prediction = 'epsilon' | 'v' | 'sample' | 'direct';

const map = (y: Tensor, f: (value: number) => number): Tensor => ({ data: y.data.map(f), shape: y.shape });

const clean = (p: Formula, abar: number) => {
  const root = Math.sqrt(abar);
  return (y: number): number => p.a * root * y + p.b * Math.tanh(p.c * y + p.d);
};

export function formulaDenoise(p: Formula): Denoise {
  return async (x, sigma) => {
    const abar = 1 / (1 + sigma * sigma);
    const root = Math.sqrt(abar);
    const predict = clean(p, abar);
    return map(x, (value) => predict(value * root));
  };
}

/** The same as a network's raw output. `abarAt` gives alpha-bar at a timestep; `direct` does not use it. */
export function formulaPredict(p: Formula, prediction: Prediction, abarAt: (t: Timestep) => number): Predict {
  if (prediction === 'direct') return async (y) => map(y, (value) => p.b * Math.tanh(p.c * value + p.d));
  return async (y, t) => {
    const abar = abarAt(t);
    const root = Math.sqrt(abar);
    const rest = Math.sqrt(1 - abar);
    const x0 = clean(p, abar);
    if (prediction === 'sample') return map(y, x0);
    if (prediction === 'v') return map(y, (value) => (root * value - x0(value)) / rest);
    return map(y, (value) => (value - root * x0(value)) / rest);
  };
}
