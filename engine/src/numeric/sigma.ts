/**
 * The two clocks of a diffusion model, as types that do not mix: noise level and network time.
 *
 * Everything but `denoisers/` counts in sigma; timesteps are what a network was trained to read.
 */

declare const clock: unique symbol;

/** Standard deviation of the noise in a latent whose picture part has weight 1. At least 0. */
export type Sigma = number & { readonly [clock]: 'sigma' };

/** Position in the training schedule, 0 = clean .. 999 = noise; may be fractional. */
export type Timestep = number & { readonly [clock]: 'timestep' };

/** Declares a number to be a noise level. */
export const sigma = (value: number): Sigma => value as Sigma;

/** Declares a number to be a network time. */
export const timestep = (value: number): Timestep => value as Timestep;
