/**
 * How far up a walk that starts from a picture begins, by its strength: 0 keeps the picture, 1 forgets it.
 *
 * The two references count differently, so a picture of one is made by its own rule.
 */

/** Where in a list of levels to begin, and for how many steps that list must be made. */
export interface PictureStart {
  /** Steps to plan levels for. */
  readonly steps: number;
  /** Index of the level to begin at; `steps - first` steps are walked. */
  readonly first: number;
}

/** The last floor(steps * strength) of the steps. @source diffusers, StableDiffusionImg2ImgPipeline */
export function startByShare(steps: number, strength: number): PictureStart {
  return { steps, first: steps - Math.min(Math.trunc(steps * strength), steps) };
}

/** The WebUI never begins at the very top: there the picture would count for nothing. */
const HIGHEST_STRENGTH = 0.999;

/**
 * One step more than the share of the steps.
 *
 * @param isExact the steps asked for are the steps walked, whatever the strength (hires fix, and an option)
 * @source the WebUI, `setup_img2img_steps`
 */
export function startAsWebui(
  steps: number,
  strength: number,
  { isExact = false }: { isExact?: boolean } = {},
): PictureStart {
  if (isExact) {
    const planned = strength > 0 ? Math.trunc(steps / Math.min(strength, HIGHEST_STRENGTH)) : 0;
    return { steps: planned, first: Math.max(0, planned - steps) };
  }
  return { steps, first: steps - Math.trunc(Math.min(strength, HIGHEST_STRENGTH) * steps) - 1 };
}
