/**
 * What a U-Net is built with beyond what its tensors say. What each part does stands where it is written; how strongly
 * is an input of the graph, so that moving a slider builds nothing anew.
 */

/** By what FreeU tells the rows of its two stages apart, and whether it looks where features are strong. */
export type FreeuVersion = '1' | '2';

export interface UnetOptions {
  /** null = without. Adds the input `freeu`. */
  readonly freeu: FreeuVersion | null;
  /** Adds the input `merged`. */
  readonly mergesTokens: boolean;
  /** Adds the input `perturbed`. */
  readonly isPerturbable: boolean;
}

/** Builds the network as it was trained. */
export const PLAIN_UNET: UnetOptions = { freeu: null, mergesTokens: false, isPerturbable: false };
