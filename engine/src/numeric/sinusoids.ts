/** Numbers as waves of many lengths: how a network is told a time or a size. Source: Ho et al. 2020, after Vaswani et al. 2017 */
import { tensor, type Tensor } from './tensor.ts';

/** Longest period. */
const LONGEST_PERIOD = 10_000;

const f = Math.fround;

/**
 * Angular frequencies from 1 down to nearly 1 / 10000, in float32. Rounded where the reference rounds: at 999 a last bit
 * of a frequency is a visible angle.
 */
export function waveFrequencies(count: number): number[] {
  const log = f(-Math.log(LONGEST_PERIOD));
  return Array.from({ length: count }, (_, i) => f(Math.exp(f(f(log * i) / count))));
}

/** The guidance counts from 0 = none, in thousandths. */
const GUIDANCE_STEPS = 1000;

/**
 * A guidance scale as waves, as latent consistency models are told it: sines first, and the last wave exactly 10000 times
 * as long as the first. f32 [1, width]
 *
 * @source Luo et al. 2023; diffusers, `get_guidance_scale_embedding`
 */
export function embedGuidance(scale: number, width: number): Tensor {
  const half = width / 2;
  const step = f(f(Math.log(LONGEST_PERIOD)) / (half - 1));
  const value = f(f(scale - 1) * GUIDANCE_STEPS);
  const angles = Array.from({ length: half }, (_, i) => f(value * f(Math.exp(f(i * -step)))));
  return tensor(Float32Array.from([...angles.map(Math.sin), ...angles.map(Math.cos)]), [1, width]);
}

/**
 * Each number as `width` waves, side by side; cosines first.
 *
 * @param rows equally many numbers for each of n
 * @returns f32 [n, numbers * width]
 */
export function embedNumbers(rows: readonly (readonly number[])[], width: number): Tensor {
  const frequencies = waveFrequencies(width / 2);
  const values = rows.flatMap((row) =>
    row.flatMap((value) => {
      const angles = frequencies.map((frequency) => f(f(value) * frequency));
      return [...angles.map(Math.cos), ...angles.map(Math.sin)];
    }),
  );
  return tensor(Float32Array.from(values), [rows.length, (rows[0]?.length ?? 0) * width]);
}
