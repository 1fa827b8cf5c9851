/** Limits of a request, in one place: the schema, the catalogue, the form and the error messages all read them. */

export interface NumberLimit {
  readonly minimum: number;
  readonly maximum: number;
  /** Values must be a multiple of this; absent = any. */
  readonly multipleOf?: number;
  readonly integer: boolean;
}

/** A latent cell covers 8 by 8 image pixels in every Stable Diffusion family, hence the multiples of 8. */
export const LIMITS = {
  width: { minimum: 64, maximum: 2048, multipleOf: 8, integer: true },
  height: { minimum: 64, maximum: 2048, multipleOf: 8, integer: true },
  steps: { minimum: 1, maximum: 150, integer: true },
  guidance: { minimum: 1, maximum: 30, integer: false },
  /** -1 asks for a random seed. Beyond 2^53 JSON numbers are not exact. */
  seed: { minimum: -1, maximum: Number.MAX_SAFE_INTEGER, integer: true },
  count: { minimum: 1, maximum: 16, integer: true },
  clipSkip: { minimum: 1, maximum: 12, integer: true },
} as const satisfies Record<string, NumberLimit>;

/** Characters (UTF-16 units) in a prompt. */
export const PROMPT_LIMIT = 100_000;

/** Random seeds are drawn from [0, this), as the WebUI does, so that they fit every peer. */
export const RANDOM_SEED_RANGE = 4_294_967_294;
