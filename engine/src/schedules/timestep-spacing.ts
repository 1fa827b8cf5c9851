/**
 * The three ways diffusers spaces integer timesteps. Our own schedules count in sigma; these are for models whose
 * published settings name a spacing.
 */
import { timestep, type Timestep } from '../numeric/sigma.ts';

export type Spacing = 'linspace' | 'leading' | 'trailing';

export interface SpacingOptions {
  /** Steps the network was trained on. */
  readonly trainSteps?: number;
  /** `steps_offset`: added to every timestep of `leading`. */
  readonly offset?: number;
}

/** Nearest integer, ties to even, as numpy rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Timesteps from high to low.
 *
 * - linspace: evenly spread over the whole range, both ends included; fractional
 * - leading: multiples of trainSteps div steps, from 0 up; the highest level is not reached
 * - trailing: the same seen from the top; the highest level is the first
 *
 * @source Lin et al. 2023, table 2
 */
export function spaceTimesteps(
  spacing: Spacing,
  steps: number,
  { trainSteps = 1000, offset = 0 }: SpacingOptions = {},
): Timestep[] {
  const places = Array.from({ length: steps }, (_, i) => i);
  switch (spacing) {
    case 'linspace': {
      const stride = steps > 1 ? (trainSteps - 1) / (steps - 1) : 0;
      return places.map((i) => timestep((steps - 1 - i) * stride));
    }
    case 'leading': {
      const stride = Math.floor(trainSteps / steps);
      return places.map((i) => timestep((steps - 1 - i) * stride + offset));
    }
    case 'trailing': {
      // What is left of the stride after taking it from trainSteps, as numpy counts: it decides ties of the rounding.
      const stride = trainSteps - (trainSteps - trainSteps / steps);
      return places.map((i) => timestep(roundHalfEven(trainSteps - i * stride) - 1));
    }
  }
}
